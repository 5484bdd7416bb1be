# expect: file /x content=1 2\n
# expect: history ARG A=1 B=2 C
# expect: history RUN |3 A=1 B=2 C= /bin/sh -c echo $A $B $C > /x # buildkit
FROM box
ARG A=1 B=2 C
RUN echo $A $B $C > /x
