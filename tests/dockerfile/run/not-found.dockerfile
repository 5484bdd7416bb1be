# expect: fails exit code: 127
FROM box
RUN no-such-program
