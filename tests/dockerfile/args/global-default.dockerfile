# expect: file /x content=1\n
ARG A=1
FROM box
ARG A
RUN echo $A > /x
