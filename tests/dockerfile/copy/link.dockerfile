# context: a.txt=hello
# expect: file /p/q/a.txt content=hello
# expect: layer 2 has /p/q/a.txt
FROM box
COPY --link a.txt /p/q/
