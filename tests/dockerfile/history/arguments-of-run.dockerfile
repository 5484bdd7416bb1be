# expect: history RUN |3 A=1 B=two words C= /bin/sh -c true # buildkit
FROM box
ARG A=1
ARG B="two words"
ARG C
RUN true
