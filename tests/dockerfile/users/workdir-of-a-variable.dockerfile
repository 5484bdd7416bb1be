# expect: config .WorkingDir is "/a/x"
FROM box
ENV D=/a
WORKDIR $D/${E:-x}
