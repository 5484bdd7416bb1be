# expect: fails did not complete successfully
FROM box
RUN ["/no/such/program"]
