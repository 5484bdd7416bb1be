# expect: file /x content=[]\n
FROM box
RUN echo "[$TARGETOS]" > /x
