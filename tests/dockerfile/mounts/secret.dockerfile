# context: s.txt=hush
# args: --secret id=s,src=s.txt
# expect: file /x content=4 400\n
# expect: no /run
FROM box
RUN --mount=type=secret,id=s echo $(wc -c < /run/secrets/s) $(stat -c %a /run/secrets/s) > /x
