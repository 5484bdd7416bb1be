# context: s.txt=hush
# args: --secret id=t,src=s.txt
# expect: file /x content=4\n
FROM box
RUN --mount=type=secret,target=/s/t wc -c < /s/t > /x
