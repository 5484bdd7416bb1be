# expect: file /a content=base\n
# expect: file /b content=left\n
# expect: file /c content=right\n
# expect: layers 4
FROM box AS base
RUN echo base > /x
FROM base AS left
RUN echo left > /y
FROM base AS right
RUN echo right > /y
FROM box
COPY --from=base /x /a
COPY --from=left /y /b
COPY --from=right /y /c
