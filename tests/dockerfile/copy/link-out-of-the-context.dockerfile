# context: d/l -> /etc/passwd
# expect: link /x/l -> /etc/passwd
FROM box
COPY d /x
