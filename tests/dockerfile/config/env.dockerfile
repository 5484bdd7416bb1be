# expect: config .Env is ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","A=1","B=two words"]
# expect: history ENV A=1 B=two words
FROM box
ENV A=1 B="two words"
