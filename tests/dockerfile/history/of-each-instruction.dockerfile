# context: a.txt=hello
# expect: layers 4
# expect: history ARG A=1
# expect: history ENV E=1
# expect: history WORKDIR /w
# expect: history COPY a.txt /x # buildkit
# expect: history RUN |1 A=1 /bin/sh -c true # buildkit
# expect: history USER user
# expect: history LABEL l=1
# expect: history EXPOSE [80/tcp]
# expect: history VOLUME [/v]
# expect: history STOPSIGNAL SIGINT
# expect: history SHELL [/bin/sh -e -c]
# expect: history ENTRYPOINT ["a"]
# expect: history CMD ["/bin/sh" "-e" "-c" "b \\"c\\""]
# expect: history HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\\x00'}
FROM box
ARG A=1
ENV E=1
WORKDIR /w
COPY a.txt /x
RUN true
USER user
LABEL l=1
EXPOSE 80
VOLUME /v
STOPSIGNAL SIGINT
SHELL ["/bin/sh", "-e", "-c"]
ENTRYPOINT ["a"]
CMD b "c"
HEALTHCHECK NONE
