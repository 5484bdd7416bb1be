# args: --target one
# expect: file /x content=one\n
# expect: no /y
FROM box AS one
RUN echo one > /x
FROM one AS two
RUN echo two > /y
