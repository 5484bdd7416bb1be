# first: onbuild/argument as parent
# args: --build-arg A=given
# expect: file /x content=given\n
FROM parent
