# expect: dir /home owner=0:0
FROM box
USER user
WORKDIR /home
