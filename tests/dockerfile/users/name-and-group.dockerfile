# expect: file /tmp/x content=1000 100\n
FROM box
USER user:users
RUN echo $(id -u) $(id -g) > /tmp/x
