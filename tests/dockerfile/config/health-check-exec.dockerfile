# expect: config .Healthcheck is {"Test":["CMD","/bin/true","$A"]}
FROM box
HEALTHCHECK CMD ["/bin/true", "$A"]
