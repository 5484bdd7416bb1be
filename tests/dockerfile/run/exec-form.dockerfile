# No shell: nothing is expanded.
# expect: dir /$HOME
# expect: history RUN mkdir /$HOME # buildkit
FROM box
RUN ["mkdir", "/$HOME"]
