# context: a.txt=hello
# expect: file /a.txt owner=0:0
FROM box
USER user
COPY a.txt /
