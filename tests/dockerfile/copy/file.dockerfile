# context: a.txt=hello
# expect: file /x mode=0644 owner=0:0 content=hello
# expect: history COPY a.txt /x # buildkit
FROM box
COPY a.txt /x
