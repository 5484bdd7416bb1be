# context: a.txt=hello
# expect: dir /p owner=3:4
# expect: dir /p/q owner=3:4
# expect: file /p/q/x owner=3:4
FROM box
COPY --chown=3:4 a.txt /p/q/x
