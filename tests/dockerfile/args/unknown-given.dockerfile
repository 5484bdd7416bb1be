# A word of warning, and a build all the same.
# args: --build-arg NOBODY=asked
# expect: output [Warning] One or more build-args [NOBODY] were not consumed
# expect: layers 2
FROM box
RUN true
