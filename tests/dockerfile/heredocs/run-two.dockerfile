# expect: file /x content=one\n
# expect: file /y content=two\n
FROM box
RUN cat <<ONE > /x && cat <<TWO > /y
one
ONE
two
TWO
