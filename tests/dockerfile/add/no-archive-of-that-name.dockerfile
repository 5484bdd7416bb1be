# context: a.tar.gz=words
# expect: file /x/a.tar.gz content=words
FROM box
ADD a.tar.gz /x/
