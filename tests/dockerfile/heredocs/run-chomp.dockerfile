# Tabs before the text and before its end are taken away.
# expect: file /x content=hi\n
FROM box
RUN <<-EOF
	echo hi > /x
	EOF
