# Sources are found from the root, wherever the stage was.
# expect: file /x content=hi\n
FROM box AS one
WORKDIR /w
RUN echo hi > /f
FROM box
COPY --from=one f /x
