# check=skip=StageNameCasing;error=true
# expect: file /x content=\n
FROM box AS Upper
RUN echo > /x
