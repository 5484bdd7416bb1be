# expect: config .Healthcheck is {"Test":["NONE"]}
FROM box
HEALTHCHECK CMD true
HEALTHCHECK NONE
