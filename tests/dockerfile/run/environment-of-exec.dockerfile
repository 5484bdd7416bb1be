# expect: file /x content=HOME=/root\nHOSTNAME=buildkitsandbox\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n
FROM box
RUN ["/bin/busybox", "sh", "-c", "tr '\\0' '\\n' < /proc/self/environ | sort > /x"]
