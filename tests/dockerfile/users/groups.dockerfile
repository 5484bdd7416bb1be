# Those that /etc/group gives the user come along.
# expect: file /tmp/x content=100\n
FROM box
USER user
RUN id -G | tr ' ' '\n' | grep -x 100 > /tmp/x
