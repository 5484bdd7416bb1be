# expect: file /x content=tmpfs\n
# expect: no /t
FROM box
RUN --mount=type=tmpfs,target=/t echo > /t/f && awk '$2 == "/t" {print $3}' /proc/mounts > /x
