# context: d/a.txt=hello
# expect: dir /x owner=3:4
# expect: file /x/a.txt owner=3:4
# expect: history COPY --chown=3:4 d /x # buildkit
FROM box
COPY --chown=3:4 d /x
