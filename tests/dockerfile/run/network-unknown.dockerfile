# expect: fails invalid network mode: "x"
FROM box
RUN --network=x true
