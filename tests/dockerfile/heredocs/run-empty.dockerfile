# expect: layers 2
FROM box
RUN <<EOF
EOF
