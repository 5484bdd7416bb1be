# compare: skip, BuildKit knows it only with a syntax directive
# expect: fails security.insecure
FROM box
RUN --security=insecure true
