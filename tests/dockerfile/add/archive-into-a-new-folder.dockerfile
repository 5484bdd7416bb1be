# Without a slash as well.
# context: a.tar{f=1}
# expect: dir /x
# expect: file /x/f content=1
FROM box
ADD a.tar /x
