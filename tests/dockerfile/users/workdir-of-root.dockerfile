# Nothing to be made: no layer.
# expect: layers 1
# expect: config .WorkingDir is "/"
FROM box
WORKDIR /
