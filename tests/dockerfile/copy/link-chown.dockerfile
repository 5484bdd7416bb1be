# context: a.txt=hello
# expect: file /d/a.txt owner=3:4
# expect: dir /d owner=3:4
FROM box
COPY --link --chown=3:4 a.txt /d/
