# expect: file /x content=A is $A\n
FROM box
ENV A=1
RUN cat <<"EOF" > /x
A is $A
EOF
