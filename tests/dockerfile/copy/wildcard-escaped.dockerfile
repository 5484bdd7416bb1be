# context: a[1].txt=hello, a1.txt=no
# expect: file /x/a[1].txt content=hello
# expect: no /x/a1.txt
FROM box
COPY a[[]1].txt /x/
