# context: a.txt=hello
# expect: layer 2 lacks /m
# expect: layer 2 lacks /t
# expect: layer 2 lacks /deep
# expect: layer 2 has /x
FROM box
RUN --mount=target=/m --mount=type=tmpfs,target=/t --mount=type=cache,id=cases-nothing,target=/deep/er/c echo > /x
