# expect: file /x mode=0644 owner=0:0 content=A is $A\n
FROM box
ENV A=1
COPY <<'EOF' /x
A is $A
EOF
