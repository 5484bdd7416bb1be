# expect: file /x content=one\n
FROM box AS one
RUN echo one > /f
FROM box
RUN --mount=from=one,source=/f,target=/m cat /m > /x
