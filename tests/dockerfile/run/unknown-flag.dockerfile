# expect: fails unknown flag: nothing
FROM box
RUN --nothing=1 true
