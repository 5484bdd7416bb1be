# expect: file /x content=linux\n
FROM --platform=$BUILDPLATFORM box
ARG TARGETOS
RUN echo $TARGETOS > /x
