# expect: file /tmp/x content=/home\n
FROM box
USER user
RUN echo $HOME > /tmp/x
