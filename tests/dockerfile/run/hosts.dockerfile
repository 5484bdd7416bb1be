# args: --add-host there:10.1.2.3
# expect: file /x content=10.1.2.3\n
FROM box
RUN grep there /etc/hosts | awk '{print $1}' > /x
