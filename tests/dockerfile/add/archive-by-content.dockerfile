# The name of an archive says nothing.
# context: a.bin{f=1}
# expect: file /x/f content=1
FROM box
ADD a.bin /x/
