# expect: output one
# expect: output two
FROM box
RUN echo one; echo two >&2
