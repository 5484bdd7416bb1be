# context: a.txt=hello
# expect: file /home/a.txt content=hello
FROM box
COPY a.txt /home
