# expect: file /x mode=0644 content=hi\n
FROM box
ADD <<EOF /x
hi
EOF
