# expect: file /x content=3 4 750\n
FROM box
RUN --mount=type=cache,id=cases-mode,target=/c,mode=0750,uid=3,gid=4 stat -c '%u %g %a' /c > /x
