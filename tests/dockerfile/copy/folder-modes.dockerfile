# context: d[0700], d/a.txt=a, d/e[0750]
# expect: dir /x mode=0755
# expect: dir /x/e mode=0750
FROM box
COPY d /x
