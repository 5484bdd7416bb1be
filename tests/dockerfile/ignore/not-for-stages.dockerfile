# context: .dockerignore=f\n
# expect: file /x content=hi\n
FROM box AS one
RUN echo hi > /f
FROM box
COPY --from=one /f /x
