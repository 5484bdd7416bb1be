# expect: config .WorkingDir is "/a/c"
# expect: no /a/b
FROM box
WORKDIR /a/b/../c/
