# context: a.txt=a, b.txt=b
# expect: file /x content=b
FROM box
COPY a.txt b.txt /x
