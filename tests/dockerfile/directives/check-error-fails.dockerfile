# check=error=true
# gap: builds do not hear the linter yet
# expect: fails lint violation found for rules: StageNameCasing
FROM box AS Upper
RUN true
