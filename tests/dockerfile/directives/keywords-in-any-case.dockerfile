# expect: file /x content=hi\n
# expect: config .WorkingDir is "/w"
# expect: config .Env contains A=1
from box as base
eNv A=1
workdir /w
run echo hi > /x
