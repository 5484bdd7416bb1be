# args: --target one
# expect: file /x content=one\n
FROM box AS one
ARG TARGETSTAGE
RUN echo $TARGETSTAGE > /x
FROM box AS two
