# context: a.txt=hello
# expect: dir /new mode=0755 owner=0:0
# expect: file /new/a.txt content=hello
FROM box
COPY a.txt /new/
