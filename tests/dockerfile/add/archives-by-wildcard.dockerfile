# context: a.tar{f=1}, b.tar{g=2}
# expect: file /x/f
# expect: file /x/g
FROM box
ADD *.tar /x/
