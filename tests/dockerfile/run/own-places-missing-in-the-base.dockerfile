# They are made where there are none, and gone afterwards.
# expect: no /etc
# expect: no /dev
# expect: no /proc
# expect: no /sys
# expect: file /x content=hi\n
FROM scratch
COPY --from=box /bin /bin
RUN ["/bin/sh", "-c", "echo hi > /x"]
