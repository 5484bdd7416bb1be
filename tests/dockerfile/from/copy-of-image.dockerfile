# expect: file /passwd owner=0:0 mode=0644
# expect: layers 1
FROM scratch
COPY --from=box /etc/passwd /passwd
