# expect: file /x content=\n
ARG NAME=box
FROM $NAME
RUN echo > /x
