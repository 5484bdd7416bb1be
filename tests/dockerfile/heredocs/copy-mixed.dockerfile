# context: a.txt=hello
# expect: file /d/a.txt content=hello
# expect: file /d/b content=more\n
FROM box
COPY a.txt <<b /d/
more
b
