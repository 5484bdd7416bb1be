# args: --build-context other=more
# context: more/a.txt=hello, more/d/b.txt=there
# expect: file /a.txt owner=0:0 content=hello
# expect: file /d/b.txt content=there
FROM scratch
COPY --from=other / /
