# A stage that builds on another knows its arguments.
# args: --build-arg A=given
# expect: file /x content=given\n
FROM box AS one
ARG A
FROM one
RUN echo $A > /x
