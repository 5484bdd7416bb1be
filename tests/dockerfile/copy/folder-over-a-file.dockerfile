# context: d/a.txt=hello
# expect: fails
FROM box
COPY d /etc/passwd
