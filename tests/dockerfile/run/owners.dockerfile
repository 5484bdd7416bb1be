# expect: file /x owner=1000:100
# expect: link /l -> x owner=7:8
FROM box
RUN echo > /x && chown 1000:100 /x && ln -s x /l && chown -h 7:8 /l
