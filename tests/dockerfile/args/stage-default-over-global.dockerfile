# expect: file /x content=stage\n
ARG A=global
FROM box
ARG A=stage
RUN echo $A > /x
