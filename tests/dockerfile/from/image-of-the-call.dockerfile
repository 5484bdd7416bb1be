# A named context takes the place of an image.
# args: --build-context other=docker-image://box
# expect: layers 1
# expect: file /p owner=0:0
FROM scratch
COPY --from=other /etc/passwd /p
