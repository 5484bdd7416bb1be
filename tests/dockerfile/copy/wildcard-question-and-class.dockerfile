# context: a1=a, a2=b, b1=c
# expect: file /x/a1
# expect: file /x/a2
# expect: no /x/b1
# expect: file /y/b1
FROM box
COPY a? /x/
COPY [b-z]1 /y/
