# expect: history WORKDIR /home
FROM box
WORKDIR /home
