# What a wildcard finds is copied as a folder's content.
# context: d1/a.txt=a, d2/b.txt=b
# expect: file /x/a.txt
# expect: file /x/b.txt
FROM box
COPY d* /x/
