# context: d
# expect: dir /x mode=0755
FROM box
COPY d /x
