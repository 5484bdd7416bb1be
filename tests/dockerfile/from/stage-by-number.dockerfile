# expect: file /y content=one\n
# expect: no /x
FROM box
RUN echo one > /x
FROM box
COPY --from=0 /x /y
