# expect: fails A: say it
FROM box
RUN true
ENV B="${A:?say it}"
