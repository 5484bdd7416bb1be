# expect: file /tmp/x owner=4321:0
FROM box
USER 4321
RUN echo > /tmp/x
