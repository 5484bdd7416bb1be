# context: a.txt=hello, d/b.txt[0600]=b
# expect: file /x mode=0755
# expect: dir /y mode=0755
# expect: file /y/b.txt mode=0644
FROM box
COPY --chmod=a+x a.txt /x
COPY --chmod=go+rX d /y
