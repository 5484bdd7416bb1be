# Nothing is copied, and nothing is amiss.
# context: a.txt=a
# expect: layers 2
# expect: layer 2 lacks /x/a.txt
FROM box
COPY no-* /x/
