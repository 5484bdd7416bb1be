# expect: fails secret none: not found
FROM box
RUN --mount=type=secret,id=none,required true
