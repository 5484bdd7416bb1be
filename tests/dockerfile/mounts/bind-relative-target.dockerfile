# context: a.txt=hello
# expect: file /w/x content=hello
# expect: no /w/m
FROM box
WORKDIR /w
RUN --mount=target=m cat m/a.txt > x
