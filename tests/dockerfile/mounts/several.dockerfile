# context: a.txt=hello
# expect: file /x content=hello tmpfs\n
FROM box
RUN --mount=target=/m --mount=type=tmpfs,target=/t --mount=type=cache,id=cases-several,target=/c \
  echo $(cat /m/a.txt) $(awk '$2 == "/t" {print $3}' /proc/mounts) > /x
