# expect: file /x content=$A 1 n "q"\n
FROM box
ARG A=1
COPY <<EOF /x
\$A ${A} \n "q"
EOF
