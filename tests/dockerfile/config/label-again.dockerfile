# expect: config .Labels is {"a":"2","b":"1"}
FROM box
LABEL a=1 b=1
LABEL a=2
