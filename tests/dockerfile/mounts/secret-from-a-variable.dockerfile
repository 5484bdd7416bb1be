# env: HUSH=hush
# args: --secret id=s,env=HUSH
# expect: file /x content=4\n
FROM box
RUN --mount=type=secret,id=s wc -c < /run/secrets/s > /x
