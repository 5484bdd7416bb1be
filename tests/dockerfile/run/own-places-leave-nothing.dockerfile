# What a container is given is no part of its image.
# expect: no /etc/resolv.conf
# expect: no /etc/hosts
# expect: no /etc/hostname
# expect: no /etc/mtab
# expect: no /.dockerenv
# expect: no /dev/null
# expect: no /proc/self
# expect: no /dev/shm
# expect: layer 2 lacks /etc
# expect: layer 2 lacks /dev
# expect: layer 2 lacks /proc
# expect: layer 2 lacks /sys
FROM box
RUN test -e /etc/hosts && test -e /dev/null && test -e /proc/self
