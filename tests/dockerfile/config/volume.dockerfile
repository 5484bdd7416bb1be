# expect: config .Volumes is {"/a":{},"/b c":{},"/d":{}}
# expect: history VOLUME [/a]
FROM box
VOLUME /a
VOLUME ["/b c", "/d"]
