# expect: config .Env contains B=1
# expect: config .Env contains C=1x
# expect: config .Env contains D=
FROM box
ENV A=1
ENV B=$A C=${A}x D=$Ax
