# context: a.txt=a
# expect: fails unknown flag: nothing
FROM box
COPY --nothing a.txt /x
