# context: d/e=file
# expect: fails
FROM box
RUN mkdir -p /x/e/f
COPY d /x
