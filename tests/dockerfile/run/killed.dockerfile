# The first process of a namespace cannot be killed from within, its children can.
# expect: fails exit code: 137
FROM box
RUN sh -c 'kill -9 $$'; exit $?
