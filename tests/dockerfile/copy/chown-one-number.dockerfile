# context: a.txt=hello
# expect: file /x owner=3:3
FROM box
COPY --chown=3 a.txt /x
