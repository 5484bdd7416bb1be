# expect: file /v/x content=later\n
FROM box
RUN mkdir /v
VOLUME /v
RUN echo later > /v/x
