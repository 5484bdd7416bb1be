# expect: config .OnBuild is ["RUN true"]
FROM box
ONBUILD RUN true
