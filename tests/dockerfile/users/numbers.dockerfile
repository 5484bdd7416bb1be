# expect: file /tmp/x owner=4321:99
FROM box
USER 4321:99
RUN echo > /tmp/x
