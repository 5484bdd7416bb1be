# context: .dockerignore=d/*\n, d/a=1, e/b=2
# expect: file /x/e/b
FROM box
COPY . /x
