# context: a.txt=a
# expect: file /x content=a
FROM box
COPY ../../a.txt /x
