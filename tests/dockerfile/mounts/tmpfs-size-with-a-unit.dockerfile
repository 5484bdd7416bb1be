# expect: file /x content=2048\n
FROM box
RUN --mount=type=tmpfs,target=/t,size=2m df -k /t | awk 'NR == 2 {print $2}' > /x
