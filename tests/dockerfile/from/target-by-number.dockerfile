# args: --target 0
# expect: file /x content=one\n
# expect: no /y
FROM box
RUN echo one > /x
FROM box
RUN echo two > /y
