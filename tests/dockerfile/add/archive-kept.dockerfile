# context: a.tar{f=1}
# expect: file /x/a.tar
# expect: no /x/f
FROM box
ADD --unpack=false a.tar /x/
