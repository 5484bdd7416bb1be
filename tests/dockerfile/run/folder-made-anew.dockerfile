# expect: dir /d
# expect: no /d/old
# expect: file /d/new content=\n
FROM box
RUN mkdir /d && echo > /d/old
RUN rm -r /d && mkdir /d && echo > /d/new
