# expect: config .User is "user:users"
# expect: history USER user:users
# expect: run id -u => 1000
FROM box
USER user:users
