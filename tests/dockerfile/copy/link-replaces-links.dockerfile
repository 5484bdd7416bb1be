# What lies below is not looked at.
# context: a.txt=hello
# expect: dir /l
# expect: file /l/a.txt content=hello
# expect: no /home/a.txt
FROM box
RUN ln -s home /l
COPY --link a.txt /l/
