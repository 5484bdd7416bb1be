# expect: file /x mode=4755
# expect: dir /d mode=1777
# expect: dir /g mode=2750
FROM box
RUN echo > /x && chmod 4755 /x && mkdir /d /g && chmod 1777 /d && chmod 2750 /g
