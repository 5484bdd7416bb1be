# Owners are those in the archive.
# context: a.tar{f=1 d/g=2}
# expect: file /x/f owner=7:8 content=1
# expect: file /x/d/g content=2
# expect: no /x/a.tar
FROM box
ADD a.tar /x/
