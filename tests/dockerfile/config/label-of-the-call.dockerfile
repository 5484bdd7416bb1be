# args: --label a=call --label c=call
# expect: config .Labels is {"a":"call","b":"1","c":"call"}
FROM box
LABEL a=1 b=1
