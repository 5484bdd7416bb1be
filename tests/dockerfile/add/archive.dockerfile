# Owners are those in the archive.
# context: a.tar{f=1 d/g=2}
# expect: file /x/f content=1 owner=7:8
# expect: file /x/d/g content=2
# expect: no /x/a.tar
FROM box
ADD a.tar /x/
