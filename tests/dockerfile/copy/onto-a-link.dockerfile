# context: a.txt=hello
# expect: file /home/f content=hello
# expect: link /l -> home/f
FROM box
RUN echo old > /home/f && ln -s home/f /l
COPY a.txt /l
