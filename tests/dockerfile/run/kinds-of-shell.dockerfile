# expect: file /x content=yes\n
# expect: history RUN /bin/busybox sh -e -c case $- in *e*) echo yes;; esac > /x # buildkit
FROM box
SHELL ["/bin/busybox", "sh", "-e", "-c"]
RUN case $- in *e*) echo yes;; esac > /x
