# context: .dockerignore=d\n!d/keep.txt\n, d/keep.txt=1, d/other.txt=2
# expect: file /x/d/keep.txt
# expect: no /x/d/other.txt
FROM box
COPY . /x
