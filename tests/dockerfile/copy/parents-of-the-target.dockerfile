# context: a.txt=hello
# expect: dir /p mode=0755 owner=0:0
# expect: file /p/q/x content=hello
FROM box
COPY a.txt /p/q/x
