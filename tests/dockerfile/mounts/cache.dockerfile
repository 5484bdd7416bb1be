# expect: file /x content=hi\n
# expect: no /c
FROM box
RUN --mount=type=cache,target=/c,id=cases-plain echo hi > /c/f
RUN --mount=type=cache,target=/c,id=cases-plain cat /c/f > /x
