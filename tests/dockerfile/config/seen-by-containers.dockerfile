# expect: run => 1 /w
FROM box
ENV A=1
WORKDIR /w
CMD echo $A $(pwd)
