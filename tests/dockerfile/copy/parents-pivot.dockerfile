# compare: skip, an older BuildKit knows it only with a syntax directive
# context: p/q/r/a.txt=hello
# expect: file /x/r/a.txt content=hello
# expect: no /x/p
FROM box
COPY --parents p/q/./r/a.txt /x/
