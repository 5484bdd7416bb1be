# expect: fails no build stage in current context
RUN true
