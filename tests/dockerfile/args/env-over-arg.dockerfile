# args: --build-arg A=arg
# expect: file /x content=env\n
FROM box
ARG A
ENV A=env
RUN echo $A > /x
