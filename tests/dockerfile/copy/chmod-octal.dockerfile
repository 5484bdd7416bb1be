# context: a.txt=hello, d/b.txt=b
# expect: file /x mode=0751
# expect: dir /y mode=0751
# expect: file /y/b.txt mode=0751
# expect: history COPY --chmod=751 a.txt /x # buildkit
FROM box
COPY --chmod=751 a.txt /x
COPY --chmod=751 d /y
