# expect: config .Env contains A=2
# expect: config .Env contains B=a1b
FROM box
ENV ONE=1 TWO=2
ENV A=${NONE:-${TWO}} B=${NONE:-a${ONE}b}
