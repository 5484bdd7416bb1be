# context: a.txt=hello
# expect: file /x owner=1000:100
FROM box
COPY --chown=user:users a.txt /x
