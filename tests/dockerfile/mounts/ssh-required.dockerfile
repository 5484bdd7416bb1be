# expect: fails
FROM box
RUN --mount=type=ssh,required true
