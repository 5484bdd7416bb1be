# context: a.tar{f=1 d/g=2}
# expect: file /x/f owner=3:4
# expect: file /x/d/g owner=3:4
FROM box
ADD --chown=3:4 a.tar /x/
