# expect: config .Env contains A=1
# expect: config .User is "user"
# expect: config .WorkingDir is "/w"
# expect: config .Labels.a is "b"
# expect: config .Cmd is ["x"]
# expect: file /w/x content=1 1000\n
FROM box AS one
ENV A=1
LABEL a=b
CMD ["x"]
WORKDIR /w
RUN chmod 777 /w
USER user
FROM one
RUN echo $A $(id -u) > x
