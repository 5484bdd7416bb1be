# context: a.txt=hello
# expect: file /x mode=0644 owner=0:0 content=hello
# expect: history ADD a.txt /x # buildkit
FROM box
ADD a.txt /x
