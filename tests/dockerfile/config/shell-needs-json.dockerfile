# expect: fails SHELL requires the arguments to be in JSON form
FROM box
SHELL /bin/sh -c
