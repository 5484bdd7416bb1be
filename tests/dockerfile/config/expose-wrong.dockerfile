# expect: fails invalid
FROM box
EXPOSE many
