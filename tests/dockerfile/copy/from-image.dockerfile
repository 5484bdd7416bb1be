# expect: file /p content=root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n
FROM box
COPY --from=box /etc/passwd /p
