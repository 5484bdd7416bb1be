# context: a.txt=a, b.txt=b, c.md=c
# expect: file /x/a.txt
# expect: file /x/b.txt
# expect: no /x/c.md
FROM box
COPY *.txt /x/
