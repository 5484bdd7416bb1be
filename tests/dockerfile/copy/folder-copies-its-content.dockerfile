# context: d/a.txt=a, d/e/b.txt=b
# expect: file /x/a.txt content=a
# expect: file /x/e/b.txt content=b
# expect: no /x/d
FROM box
COPY d /x
