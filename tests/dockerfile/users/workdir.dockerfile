# A folder that WORKDIR makes belongs to the user by then.
# expect: dir /w owner=1000:1000 mode=0755
# expect: dir /w/d owner=1000:1000
FROM box
USER user
WORKDIR /w/d
