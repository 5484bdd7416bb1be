# expect: file /x content=default\n
FROM box
ARG TARGETSTAGE
RUN echo $TARGETSTAGE > /x
