# context: a.txt=hello
# expect: link /l -> home
# expect: file /home/a.txt content=hello
FROM box
RUN ln -s home /l
COPY a.txt /l/
