# expect: fails unsupported mount type "thing"
FROM box
RUN --mount=type=thing,target=/m true
