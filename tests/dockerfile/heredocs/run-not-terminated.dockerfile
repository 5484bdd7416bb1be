# expect: fails unterminated heredoc
FROM box
RUN <<EOF
echo hi
