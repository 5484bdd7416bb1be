# expect: file /x content=1\n2\n
# expect: history RUN /bin/sh -c echo 1 > /x\necho 2 >> /x\n # buildkit
FROM box
RUN <<EOF
echo 1 > /x
echo 2 >> /x
EOF
