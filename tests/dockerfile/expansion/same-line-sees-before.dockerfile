# expect: config .Env contains A=2
# expect: config .Env contains B=1
FROM box
ENV A=1
ENV A=2 B=$A
