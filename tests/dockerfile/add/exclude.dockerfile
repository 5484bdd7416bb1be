# context: d/a.txt=a, d/b.md=b
# expect: file /x/a.txt
# expect: no /x/b.md
FROM box
ADD --exclude=*.md d /x/
