# expect: fails unable to find user nobody-here
FROM box
USER nobody-here
RUN true
