# COPY never unpacks.
# context: a.tar{f=1}
# expect: file /x/a.tar
# expect: no /x/f
FROM box
COPY a.tar /x/
