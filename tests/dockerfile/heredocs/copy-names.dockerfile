# Several, named after their words, in a folder.
# expect: dir /d mode=0755 owner=0:0
# expect: file /d/one mode=0644 content=1\n
# expect: file /d/two mode=0644 content=2\n
FROM box
COPY <<one <<two /d/
1
one
2
two
