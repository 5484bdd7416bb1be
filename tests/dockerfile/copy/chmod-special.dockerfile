# context: a.txt=hello
# expect: file /x mode=4755
FROM box
COPY --chmod=4755 a.txt /x
