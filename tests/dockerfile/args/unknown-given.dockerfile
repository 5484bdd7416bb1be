# It is left alone.
# args: --build-arg NOBODY=asked
# expect: layers 2
FROM box
RUN true
