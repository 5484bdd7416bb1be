# context: a.txt=hello, d/b.txt=there
# expect: file /x content=hellothere
# expect: no /m
FROM box
RUN --mount=type=bind,target=/m cat /m/a.txt /m/d/b.txt > /x
