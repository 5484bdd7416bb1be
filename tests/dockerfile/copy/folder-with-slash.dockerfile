# context: d/a.txt=a
# expect: file /x/a.txt content=a
FROM box
COPY d/ /x/
