# expect: file /x content=HOME=/root\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\nSHLVL=1\n
FROM box
RUN env | grep -v HOSTNAME | sort > /x
