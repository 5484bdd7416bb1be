# context: a.txt=hello
# expect: file /w/d/x content=hello
FROM box
WORKDIR /w
COPY a.txt d/x
