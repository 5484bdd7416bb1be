# context: d/e/f=file
# expect: fails
FROM box
RUN mkdir /x && echo > /x/e
COPY d /x
