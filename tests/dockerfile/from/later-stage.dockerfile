# Files may come from a stage that is written further down.
# args: --target one
# expect: file /x content=hi\n
FROM box AS one
COPY --from=later /x /
FROM box AS later
RUN echo hi > /x
