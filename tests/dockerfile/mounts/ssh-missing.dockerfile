# expect: file /x content=[]\n
FROM box
RUN --mount=type=ssh echo "[$SSH_AUTH_SOCK]" > /x
