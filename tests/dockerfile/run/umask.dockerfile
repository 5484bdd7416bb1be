# expect: file /x mode=0644 content=0022\n
FROM box
RUN umask > /x
