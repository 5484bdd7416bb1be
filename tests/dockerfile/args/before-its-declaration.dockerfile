# args: --build-arg A=given
# expect: file /x content=[]\n
FROM box
RUN echo "[$A]" > /x
ARG A
