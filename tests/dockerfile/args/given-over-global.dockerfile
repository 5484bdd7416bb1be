# args: --build-arg A=given
# expect: file /x content=given\n
ARG A=global
FROM box
ARG A
RUN echo $A > /x
