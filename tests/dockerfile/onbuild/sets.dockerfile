# expect: config .OnBuild contains ENV A=1
FROM box
ONBUILD ENV A=1
ONBUILD LABEL a=b
ONBUILD WORKDIR /w
