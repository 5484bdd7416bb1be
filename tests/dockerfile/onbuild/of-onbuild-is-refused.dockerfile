# expect: fails Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed
FROM box
ONBUILD ONBUILD RUN true
