# compare: skip, BuildKit knows stages here by name alone
# expect: file /x content=one\n
FROM box
RUN echo one > /f
FROM box
RUN --mount=from=0,target=/m cat /m/f > /x
