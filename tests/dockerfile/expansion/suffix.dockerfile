# expect: config .Env contains A=foo.baz
# expect: config .Env contains B=foo
FROM box
ENV V=foo.baz.bar
ENV A=${V%.*} B=${V%%.*}
