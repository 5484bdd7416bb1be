# expect: file /x content=lo\n
FROM box
RUN --network=none ls /sys/class/net > /x
