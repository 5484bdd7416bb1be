# expect: file /tmp/x content=/\n
FROM box
USER 4321
RUN echo $HOME > /tmp/x
