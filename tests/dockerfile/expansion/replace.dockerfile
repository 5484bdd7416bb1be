# expect: config .Env contains A=f0o
# expect: config .Env contains B=f00
# expect: config .Env contains C=x
FROM box
ENV V=foo
ENV A=${V/o/0} B=${V//o/0} C=${V/f*/x}
