# expect: fails exit code: 137
FROM box
RUN kill -9 $$
