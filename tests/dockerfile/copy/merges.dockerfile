# context: d/a.txt=new, d/b.txt=new
# expect: file /x/a.txt content=new
# expect: file /x/b.txt content=new
# expect: file /x/c.txt content=old\n
FROM box
RUN mkdir /x && echo old > /x/a.txt && echo old > /x/c.txt
COPY d /x
