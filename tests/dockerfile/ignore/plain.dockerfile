# context: .dockerignore=b.txt\nd\n, a.txt=a, b.txt=b, d/c.txt=c
# expect: file /x/a.txt
# expect: no /x/b.txt
# expect: no /x/d
FROM box
COPY . /x
