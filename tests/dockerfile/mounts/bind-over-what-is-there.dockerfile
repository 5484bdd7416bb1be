# context: a.txt=hello
# expect: file /m/own content=own\n
# expect: no /m/a.txt
FROM box
RUN mkdir /m && echo own > /m/own
RUN --mount=target=/m test ! -e /m/own && test -e /m/a.txt
