# context: d/a.txt=hello, l -> d
# expect: file /x/a.txt content=hello
FROM box
COPY l /x
