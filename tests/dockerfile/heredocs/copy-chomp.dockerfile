# expect: file /x content=one\ntwo\n
FROM box
COPY <<-EOF /x
	one
		two
	EOF
