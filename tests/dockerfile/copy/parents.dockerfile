# compare: skip, an older BuildKit knows it only with a syntax directive
# context: p/q/a.txt=hello, p/b.txt=there
# expect: file /x/p/q/a.txt content=hello
# expect: file /x/p/b.txt content=there
FROM box
COPY --parents p/q/a.txt p/b.txt /x/
