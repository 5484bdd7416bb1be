# expect: file /x content=0 0 755\n
FROM box
RUN --mount=type=cache,id=cases-usual,target=/c stat -c '%u %g %a' /c > /x
