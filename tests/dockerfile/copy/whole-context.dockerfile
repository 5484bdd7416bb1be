# context: a.txt=a, d/b.txt=b, .hidden=h
# expect: file /x/a.txt
# expect: file /x/d/b.txt
# expect: file /x/.hidden
FROM box
COPY . /x
