# gap: the files of a container's own, as /etc/hosts, find no place in an empty folder
# expect: file /etc/passwd
# expect: file /x content=0\n
FROM box
RUN --mount=type=tmpfs,target=/etc ls /etc | grep -cvE '^(hosts|resolv.conf|hostname)$' > /x || true
