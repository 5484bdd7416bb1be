# context: a.tar.gz{f=1}
# expect: file /x/f content=1
FROM box
ADD a.tar.gz /x/
