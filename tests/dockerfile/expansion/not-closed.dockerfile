# expect: fails failed to process
FROM box
ENV B=${A
