# args: --build-arg A=arg
# expect: config .Env contains A=arg
FROM box
ARG A
ENV A=$A
