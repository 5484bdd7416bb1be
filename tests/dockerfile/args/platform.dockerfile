# expect: file /x content=linux linux\n
FROM box
ARG TARGETOS BUILDOS
RUN echo $TARGETOS $BUILDOS > /x
