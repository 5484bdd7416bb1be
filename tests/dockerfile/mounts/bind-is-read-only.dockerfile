# context: a.txt=hello
# expect: fails exit code: 1
FROM box
RUN --mount=target=/m echo > /m/b
