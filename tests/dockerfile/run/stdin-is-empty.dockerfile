# expect: file /x content=0\n
FROM box
RUN wc -c > /x
