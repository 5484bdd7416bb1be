# context: a.txt=hello, b.txt=there, .dockerignore=b.txt\n
# expect: file /x content=.dockerignore a.txt\n
FROM box
RUN --mount=target=/m echo $(ls -A /m) > /x
