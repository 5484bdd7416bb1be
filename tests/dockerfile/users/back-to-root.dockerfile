# expect: file /x owner=0:0
FROM box
USER user
USER root
RUN echo > /x
