# expect: fails exit code: 1
FROM box
RUN --mount=type=cache,id=cases-ro,target=/c,ro echo > /c/f
