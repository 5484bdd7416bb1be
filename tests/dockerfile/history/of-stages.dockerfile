# What another stage did is told only where it was built on.
# expect: history RUN /bin/sh -c echo one > /x # buildkit
# expect: history RUN /bin/sh -c echo two > /y # buildkit
FROM box AS one
RUN echo one > /x
FROM one
RUN echo two > /y
