# context: a b.txt=hello
# expect: file /x y content=hello
FROM box
COPY ["a b.txt", "/x y"]
