# context: a.txt=a, b.txt=b
# expect: fails destination must be a directory and end with a /
FROM box
COPY a.txt b.txt /x
