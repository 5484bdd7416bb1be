# expect: fails unsupported sharing value "some"
FROM box
RUN --mount=type=cache,target=/c,sharing=some true
