# expect: file /x content=one\n
FROM box AS one
RUN echo one > /x
FROM box
COPY --from=ONE /x /
