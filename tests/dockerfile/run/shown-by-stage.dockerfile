# A stage that builds on a stage has no line for its FROM.
# expect: output [one 2/2] RUN echo one
# expect: output [two 1/1] RUN echo two
FROM box AS one
RUN echo one
FROM one AS two
RUN echo two
