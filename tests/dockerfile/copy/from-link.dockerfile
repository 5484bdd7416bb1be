# expect: file /x content=hi\n
FROM box AS one
RUN echo hi > /f && ln -s /f /l
FROM box
COPY --from=one /l /x
