# something=else
# expect: file /x content=\n
FROM box
RUN echo > /x
