# context: a.txt=hello, d/l -> ../a.txt, d/b.txt=b
# expect: link /x/l -> ../a.txt owner=0:0
FROM box
COPY d /x
