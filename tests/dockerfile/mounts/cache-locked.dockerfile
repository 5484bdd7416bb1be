# expect: file /x content=hi\n
FROM box
RUN --mount=type=cache,id=cases-locked,target=/c,sharing=locked echo hi > /c/f
RUN --mount=type=cache,id=cases-locked,target=/c,sharing=locked cat /c/f > /x
