# expect: fails process "/bin/sh -c exit 3" did not complete successfully: exit code: 3
FROM box
RUN exit 3
