# context: s.txt=hush
# args: --secret id=s,src=s.txt
# expect: file /x content=4 5:6 440\n
# expect: no /s
FROM box
RUN --mount=type=secret,id=s,target=/s/t,uid=5,gid=6,mode=0440 echo $(wc -c < /s/t) $(stat -c %u:%g /s/t) $(stat -c %a /s/t) > /x
