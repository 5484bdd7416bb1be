# Nobody is told, and root has it.
# context: a.txt=hello
# expect: file /x owner=0:0
FROM box
COPY --chown=nobody-here a.txt /x
