# expect: file /x content=a b\n
# expect: history RUN /bin/sh -c echo "a   b" | tr -s ' ' > /x # buildkit
FROM box
RUN echo "a   b" | tr -s ' ' > /x
