# context: a.txt=hello
# expect: file /x content=hello
FROM box
RUN --mount=target=/m cat /m/a.txt > /x
