# expect: file /x content=0 0 644\n
# context: a.txt=hello
FROM box
RUN --mount=target=/m stat -c '%u %g %a' /m/a.txt > /x
