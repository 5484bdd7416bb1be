# expect: fails security.insecure
FROM box
RUN --security=insecure true
