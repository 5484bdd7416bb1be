# expect: file /x content=/dev/pipes/EOF\n
FROM box
RUN <<EOF
#!/bin/busybox sh
echo $0 > /x
EOF
