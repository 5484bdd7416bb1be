# A comment first, so what follows is a comment as well.
# escape=`
# expect: file /x content=ab\n
FROM box
RUN echo a\
b > /x
