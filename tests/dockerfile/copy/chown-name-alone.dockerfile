# context: a.txt=hello
# expect: file /x owner=1000:1000
FROM box
COPY --chown=user a.txt /x
