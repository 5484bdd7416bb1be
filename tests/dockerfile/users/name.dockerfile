# expect: file /tmp/x owner=1000:1000 content=uid=1000(user) gid=1000(user) groups=100(users),1000(user)\n
# expect: config .User is "user"
FROM box
USER user
RUN id > /tmp/x
