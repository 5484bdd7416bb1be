# args: --target one
# expect: fails cannot copy from stage "later", it needs to be defined before current stage "one"
FROM box AS one
COPY --from=later /x /
FROM box AS later
RUN echo hi > /x
