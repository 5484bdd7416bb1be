# expect: layers 2
FROM box
RUN --security=sandbox true
