# context: .dockerignore=# words\n\n  /a.txt  \nd/\n./e\n, a.txt=a, d/b=b, e/c=c, f=f
# expect: no /x/a.txt
# expect: no /x/d
# expect: no /x/e
# expect: file /x/f
FROM box
COPY . /x
