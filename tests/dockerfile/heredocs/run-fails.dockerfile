# expect: fails exit code: 3
FROM box
RUN <<EOF
exit 3
EOF
