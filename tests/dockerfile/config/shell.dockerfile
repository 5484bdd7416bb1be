# expect: config .Shell is ["/bin/busybox","ash","-c"]
# expect: config .Cmd is ["/bin/busybox","ash","-c","echo hi"]
# expect: run => hi
FROM box
SHELL ["/bin/busybox", "ash", "-c"]
CMD echo hi
