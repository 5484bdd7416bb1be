# expect: config .Env contains A=d
# expect: config .Env contains B=
# expect: config .Env contains C=d
# expect: config .Env contains D=
FROM box
ENV EMPTY=
ENV A=${NONE:-d} B=${EMPTY-d} C=${EMPTY:-d} D=${NONE-}
