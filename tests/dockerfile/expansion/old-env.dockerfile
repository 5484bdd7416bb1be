# expect: config .Env contains A=b c d  e
FROM box
ENV A b c "d"  e
