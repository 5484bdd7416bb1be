# context: a.sh[0755]=x, b.txt[0600]=y
# expect: file /d/a.sh mode=0755
# expect: file /d/b.txt mode=0600
FROM box
COPY a.sh b.txt /d/
