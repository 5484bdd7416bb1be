# compare: skip, BuildKit knows it only with a syntax directive
# expect: layers 2
FROM box
RUN --security=sandbox true
