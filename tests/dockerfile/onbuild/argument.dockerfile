# expect: config .OnBuild is ["ARG A=default","RUN echo $A > /x"]
FROM box
ONBUILD ARG A=default
ONBUILD RUN echo $A > /x
