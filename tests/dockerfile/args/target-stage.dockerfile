# expect: file /x content=last\n
FROM box AS last
ARG TARGETSTAGE
RUN echo $TARGETSTAGE > /x
