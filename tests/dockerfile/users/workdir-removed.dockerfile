# A working directory that is gone is made again.
# expect: file /x content=/w\n
FROM box
WORKDIR /w
RUN rmdir /w
RUN pwd > /x
