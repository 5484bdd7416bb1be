# expect: layers 1
FROM box
