# expect: file /x content=[]\n
ARG A=1
FROM box
RUN echo "[$A]" > /x
