# context: d/b.txt=there
# expect: file /x content=there
FROM box
RUN --mount=source=d,target=/m cat /m/b.txt > /x
