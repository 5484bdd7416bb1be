# expect: no output HOSTNAME=
# expect: output HOME=/root
# expect: output PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
FROM box
RUN ["/bin/env"]
