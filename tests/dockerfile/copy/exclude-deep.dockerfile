# context: d/a.txt=a, d/b.md=b, d/e/c.md=c
# expect: file /x/a.txt
# expect: no /x/b.md
# expect: no /x/e/c.md
FROM box
COPY --exclude=**/*.md d /x/
