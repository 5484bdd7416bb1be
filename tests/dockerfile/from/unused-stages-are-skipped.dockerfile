# expect: no output exit code
# expect: layers 2
FROM box AS unused
RUN exit 1
FROM box
RUN true
