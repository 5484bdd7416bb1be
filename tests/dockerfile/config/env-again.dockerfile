# A variable keeps its place.
# expect: config .Env is ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","A=3","B=2"]
FROM box
ENV A=1 B=2
ENV A=3
