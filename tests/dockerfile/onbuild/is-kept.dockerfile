# expect: config .OnBuild is ["RUN echo hi > /x","COPY a.txt /"]
# expect: no /x
FROM box
ONBUILD RUN echo hi > /x
ONBUILD COPY a.txt /
