# expect: fails
FROM box
HEALTHCHECK --interval=-1s CMD true
