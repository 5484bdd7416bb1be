# context: a.txt=hello
# expect: fails chmod
FROM box
COPY --chmod=999 a.txt /x
