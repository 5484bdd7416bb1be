# expect: file /tmp/x content=/home\n
FROM box
USER 1000
RUN echo $HOME > /tmp/x
