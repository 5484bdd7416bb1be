# expect: no /etc/group
# expect: no /home
# expect: layer 2 has /etc/.wh.group
# expect: layer 2 has /.wh.home
FROM box
RUN rm /etc/group && rmdir /home
