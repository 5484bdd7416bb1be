# expect: config .WorkingDir is "/a/b/c"
# expect: dir /a/b/c mode=0755 owner=0:0
FROM box
WORKDIR /a
WORKDIR b
WORKDIR ./c
