# first: onbuild/sets as parent
# expect: config .Env contains A=1
# expect: config .Labels.a is "b"
# expect: config .WorkingDir is "/w"
FROM parent
