# expect: file /x content=one two\n
FROM box
RUN echo one \
# a comment between

  # and an indented one
  two > /x
