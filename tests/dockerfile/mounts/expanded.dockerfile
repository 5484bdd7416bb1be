# context: d/b.txt=there
# expect: file /x content=there
FROM box
ARG FROM=d TO=/m
RUN --mount=source=$FROM,target=${TO} cat /m/b.txt > /x
