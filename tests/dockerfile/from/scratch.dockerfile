# context: a.txt=hello
# expect: layers 1
# expect: file /a.txt content=hello
# expect: config .Env contains PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
FROM scratch
COPY a.txt /
