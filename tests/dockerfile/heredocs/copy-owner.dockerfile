# expect: file /x mode=0700 owner=3:4 content=hi\n
FROM box
COPY --chown=3:4 --chmod=700 <<EOF /x
hi
EOF
