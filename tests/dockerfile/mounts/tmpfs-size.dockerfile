# expect: file /x content=1024\n
FROM box
RUN --mount=type=tmpfs,target=/t,size=1048576 df -k /t | awk 'NR == 2 {print $2}' > /x
