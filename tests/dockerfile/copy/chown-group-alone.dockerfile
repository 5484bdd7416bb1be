# context: a.txt=hello
# expect: file /x owner=0:100
FROM box
COPY --chown=:users a.txt /x
