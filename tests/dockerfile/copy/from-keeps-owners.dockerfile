# A folder's content is copied, the folder itself is not.
# expect: file /x owner=3:4 mode=0640
# expect: dir /d mode=0755 owner=0:0
# expect: file /d/f owner=5:6
FROM box AS one
RUN echo > /x && chown 3:4 /x && chmod 640 /x && mkdir -m 700 /d && chown 9:9 /d && echo > /d/f && chown 5:6 /d/f
FROM box
COPY --from=one /x /x
COPY --from=one /d /d
