# expect: file /x content=no\n
FROM box
RUN --mount=type=secret,id=none test -e /run/secrets/none && echo yes > /x || echo no > /x
