# expect: file /x content=hi\n
FROM box
RUN --mount=type=cache,target=/cases/by-target echo hi > /cases/by-target/f
RUN --mount=type=cache,id=/cases/by-target,target=/d cat /d/f > /x
