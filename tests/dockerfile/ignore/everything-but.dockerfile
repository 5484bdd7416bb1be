# context: .dockerignore=*\n!a.txt\n, a.txt=a, b.txt=b
# expect: file /x/a.txt
# expect: no /x/b.txt
# expect: no /x/.dockerignore
FROM box
COPY . /x
