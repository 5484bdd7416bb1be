# context: d/l -> nowhere
# expect: link /x/l -> nowhere
FROM box
COPY d /x
