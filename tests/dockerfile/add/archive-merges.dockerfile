# context: a.tar{f=new}
# expect: file /x/f content=new
# expect: file /x/g content=old\n
FROM box
RUN mkdir /x && echo old > /x/f && echo old > /x/g
ADD a.tar /x/
