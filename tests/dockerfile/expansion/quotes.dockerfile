# expect: config .Env contains A=a b
# expect: config .Env contains B=$V
# expect: config .Env contains C=x y
# expect: config .Env contains D=$V
FROM box
ENV V=x
ENV A="a b" B='$V' C="$V y" D=\$V
