# expect: fails
FROM box
COPY --from=later /x /
FROM box AS later
RUN echo > /x
