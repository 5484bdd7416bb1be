# compare: skip, an older BuildKit knows it only with a syntax directive
# context: p/q/a.txt=hello, r/a.txt=there, r/b.md=no
# expect: file /x/p/q/a.txt
# expect: file /x/r/a.txt
# expect: no /x/r/b.md
FROM box
COPY --parents **/*.txt /x/
