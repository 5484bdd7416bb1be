# expect: file /x/s mode=4755
# expect: dir /x/t mode=1777
FROM box AS one
RUN mkdir -p /d/t && echo > /d/s && chmod 4755 /d/s && chmod 1777 /d/t
FROM box
COPY --from=one /d /x
