# context: .dockerignore=**/*.md\n, a.md=1, d/b.md=2, d/c.txt=3
# expect: no /x/a.md
# expect: no /x/d/b.md
# expect: file /x/d/c.txt
FROM box
COPY . /x
