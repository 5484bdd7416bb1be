# expect: config .Env contains A=baz.bar
# expect: config .Env contains B=bar
FROM box
ENV V=foo.baz.bar
ENV A=${V#*.} B=${V##*.}
