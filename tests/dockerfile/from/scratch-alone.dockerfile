# expect: layers 0
FROM scratch
LABEL a=b
