# expect: file /x/a content=hi\n
# expect: file /x/b content=hi\n
FROM box AS one
RUN mkdir /d && echo hi > /d/a && ln /d/a /d/b
FROM box
COPY --from=one /d /x
