# A heredoc that is a command's input.
# expect: file /x content=A is 1\n
FROM box
ENV A=1
RUN cat <<EOF > /x
A is $A
EOF
