# expect: config .Cmd is ["echo","$A"]
# expect: config .Entrypoint is ["/bin/sh","-c","echo $A"]
FROM box
ENV A=1
ENTRYPOINT echo $A
CMD ["echo", "$A"]
