# compare: skip, BuildKit writes one over the other
# context: a.txt=a, b.txt=b
# expect: fails destination must be a directory and end with a /
FROM box
COPY a.txt b.txt /x
