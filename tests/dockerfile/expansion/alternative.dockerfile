# expect: config .Env contains A=alt
# expect: config .Env contains B=
# expect: config .Env contains C=alt
# expect: config .Env contains D=
FROM box
ENV SET=1 EMPTY=
ENV A=${SET:+alt} B=${EMPTY:+alt} C=${EMPTY+alt} D=${NONE+alt}
