# expect: config .User is "nobody-here"
FROM box
USER nobody-here
