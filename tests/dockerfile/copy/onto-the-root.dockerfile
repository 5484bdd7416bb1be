# context: etc/more=1, new/f=2
# expect: file /etc/more
# expect: file /etc/passwd
# expect: file /new/f
FROM box
COPY . /
