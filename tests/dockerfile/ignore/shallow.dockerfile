# context: .dockerignore=*.md\n, a.md=1, d/b.md=2
# expect: no /x/a.md
# expect: file /x/d/b.md
FROM box
COPY . /x
