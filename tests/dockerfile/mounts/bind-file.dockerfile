# context: a.txt=hello
# expect: file /x content=hello
# expect: no /some
FROM box
RUN --mount=src=a.txt,dst=/some/place/f cat /some/place/f > /x
