# expect: fails network.host
FROM box
RUN --network=host true
