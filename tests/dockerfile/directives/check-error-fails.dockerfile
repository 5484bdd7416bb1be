# check=error=true
# expect: fails lint violation found for rules: StageNameCasing
FROM box AS Upper
RUN true
