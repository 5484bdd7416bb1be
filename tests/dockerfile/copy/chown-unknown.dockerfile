# context: a.txt=hello
# expect: fails
FROM box
COPY --chown=nobody-here a.txt /x
