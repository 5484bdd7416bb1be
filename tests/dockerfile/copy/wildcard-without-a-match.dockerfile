# context: a.txt=a
# expect: fails no-*
FROM box
COPY no-* /x/
