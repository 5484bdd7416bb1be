# context: .dockerignore=a.txt\n, a.txt=a
# expect: fails "/a.txt": not found
FROM box
COPY a.txt /x
