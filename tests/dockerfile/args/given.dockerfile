# args: --build-arg A=given
# expect: file /x content=given\n
# expect: history ARG A=given
FROM box
ARG A=default
RUN echo $A > /x
