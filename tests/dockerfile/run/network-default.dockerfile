# expect: file /x content=2\n
FROM box
RUN --network=default ls /sys/class/net | grep -cE '^(lo|eth0)$' > /x
