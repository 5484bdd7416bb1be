# expect: file /home content=now a file\n
FROM box
RUN mkdir /home/a && echo > /home/a/b
RUN rm -r /home && echo now a file > /home
