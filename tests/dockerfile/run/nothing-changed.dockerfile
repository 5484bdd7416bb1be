# A layer all the same, without entries.
# expect: layers 2
FROM box
RUN true
