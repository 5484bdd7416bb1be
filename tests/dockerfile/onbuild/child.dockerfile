# Before the child's own instructions, with the child's context; and gone from the child.
# first: onbuild/is-kept as parent
# context: a.txt=child
# expect: file /x content=hi\n
# expect: file /a.txt content=child
# expect: config .OnBuild none
FROM parent
RUN test -e /x && test -e /a.txt
