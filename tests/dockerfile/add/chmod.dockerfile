# context: a.txt=hello
# expect: file /x mode=0711
FROM box
ADD --chmod=711 a.txt /x
