# expect: fails
FROM box AS one
FROM box
ARG NAME=one
COPY --from=$NAME /etc/passwd /p
