# context: a.tar{f=1}
# expect: file /x/f content=1
# expect: layer 2 has /x/f
FROM box
ADD --link a.tar /x/
