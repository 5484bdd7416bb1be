# expect: file /x content=[]\n
FROM box
ARG A=1
FROM box
RUN echo "[$A]" > /x
