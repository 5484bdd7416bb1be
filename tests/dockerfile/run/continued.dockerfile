# expect: file /x content=a b\n
# expect: history RUN /bin/sh -c echo a   b > /x # buildkit
FROM box
RUN echo a \
  b > /x
