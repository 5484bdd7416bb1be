# expect: dir /deep
# expect: file /deep/kept content=\n
# expect: no /deep/t
FROM box
RUN --mount=type=tmpfs,target=/deep/t echo > /deep/kept
