# expect: file /x content=[] set\n
FROM box
ARG TARGETVARIANT
RUN echo "[$TARGETVARIANT]" ${TARGETVARIANT+set} > /x
