# args: --build-arg A=given
# expect: config .Env lacks A=given
# expect: history RUN |1 A=given /bin/sh -c echo $A > /x # buildkit
FROM box
ARG A
RUN echo $A > /x
