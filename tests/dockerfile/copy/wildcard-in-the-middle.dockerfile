# context: p/a/f=1, p/b/g=2
# expect: file /x/f
# expect: file /x/g
FROM box
COPY p/*/? /x/
