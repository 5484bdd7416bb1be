# syntax=docker/dockerfile:1
# The language is built in: no frontend is fetched.
# compare: skip, since it asks a registry
# expect: file /x content=hi\n
FROM box
RUN echo hi > /x
