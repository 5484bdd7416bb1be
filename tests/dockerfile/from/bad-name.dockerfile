# expect: fails invalid name for build stage: "1x", name can't start with a number or contain symbols
FROM box AS 1x
