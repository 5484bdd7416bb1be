# expect: file /x content=1-2\n
ARG A=1
ARG B=${A}-2
FROM box
ARG B
RUN echo $B > /x
