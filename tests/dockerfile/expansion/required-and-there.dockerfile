# expect: config .Env contains B=1
FROM box
ENV A=1
ENV B="${A:?say it}"
