# BuildKit lets the later of the two win, whatever the reference says of ENV and ARG.
# args: --build-arg A=arg
# expect: file /x content=arg\n
# expect: file /y content=arg\n
FROM box
ENV A=env
ARG A
RUN echo $A > /x
COPY <<EOF /y
$A
EOF
