# expect: file /x content=-e\n
# expect: history RUN /bin/busybox sh -e -c case $- in *e*) echo -e;; esac > /x # buildkit
FROM box
SHELL ["/bin/busybox", "sh", "-e", "-c"]
RUN case $- in *e*) echo -e;; esac > /x
