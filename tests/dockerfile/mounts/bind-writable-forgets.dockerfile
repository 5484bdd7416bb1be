# context: a.txt=hello
# expect: file /x content=new\n
# expect: file /y content=hello
# expect: no /m
FROM box
RUN --mount=target=/m,rw echo new > /m/a.txt && cp /m/a.txt /x
RUN --mount=target=/m cat /m/a.txt > /y
