# Of a stage in the same file as well.
# expect: file /x content=hi\n
# expect: config .OnBuild none
FROM box AS one
ONBUILD RUN echo hi > /x
FROM one
