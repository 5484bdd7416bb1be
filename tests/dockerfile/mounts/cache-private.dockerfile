# expect: file /x content=hi\n
FROM box
RUN --mount=type=cache,id=cases-private,target=/c,sharing=private echo hi > /c/f && cp /c/f /x
