# expect: fails COPY requires at least two arguments
FROM box
COPY /x
