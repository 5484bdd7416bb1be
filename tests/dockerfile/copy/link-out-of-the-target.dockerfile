# Links lead nowhere but into the image.
# context: a.txt=hello
# expect: file /etc/a.txt content=hello
FROM box
RUN ln -s ../../../../../../etc /home/l
COPY a.txt /home/l/
