# expect: file /etc/passwd
# expect: file /x content=0\n
FROM box
RUN --mount=type=tmpfs,target=/etc ls /etc | grep -cvE '^(hosts|resolv.conf|hostname)$' > /x || true
