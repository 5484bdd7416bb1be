# context: a.txt=hello, l -> a.txt
# expect: file /x content=hello
FROM box
COPY l /x
