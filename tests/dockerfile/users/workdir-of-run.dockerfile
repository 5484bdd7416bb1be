# expect: file /w/x content=/w\n
FROM box
WORKDIR /w
RUN pwd > x
