# context: a.txt=hello
# expect: file /w/a.txt content=hello
FROM box
WORKDIR /w
COPY a.txt .
