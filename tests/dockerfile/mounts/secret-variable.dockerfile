# context: s.txt=hush
# args: --secret id=s,src=s.txt
# expect: file /x content=4 no\n
FROM box
RUN --mount=type=secret,id=s,env=TOKEN echo ${#TOKEN} $(test -e /run/secrets/s && echo yes || echo no) > /x
