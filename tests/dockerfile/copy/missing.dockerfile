# expect: fails "/none.txt": not found
FROM box
COPY none.txt /x
