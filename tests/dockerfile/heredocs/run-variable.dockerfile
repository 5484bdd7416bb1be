# The shell expands, not the builder.
# expect: file /x content=inner\n
FROM box
ARG A=outer
RUN <<EOF
A=inner
echo $A > /x
EOF
