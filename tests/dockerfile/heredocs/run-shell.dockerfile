# The shell that SHELL names gets it.
# expect: file /x content=got echo hi\n\n
FROM box
SHELL ["/bin/sh", "-c", "echo \"got $0\" > /x"]
RUN <<EOF
echo hi
EOF
