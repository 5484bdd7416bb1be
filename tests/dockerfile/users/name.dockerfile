# expect: file /tmp/x owner=1000:1000 content=1000 1000 user\n
# expect: config .User is "user"
FROM box
USER user
RUN echo $(id -u) $(id -g) $(id -un) > /tmp/x
