# expect: file /x content=one\n
FROM box AS one
RUN mkdir /f && echo one > /f/a
FROM box
RUN --mount=type=cache,id=cases-from,target=/c,from=one,source=/f cat /c/a > /x
