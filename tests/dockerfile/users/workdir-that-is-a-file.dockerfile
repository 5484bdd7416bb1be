# expect: fails /etc/passwd
FROM box
WORKDIR /etc/passwd
RUN true
