# expect: config .Entrypoint is ["echo","a"]
# expect: config .Cmd is ["b"]
# expect: run => a b
# expect: run c d => a c d
FROM box
ENTRYPOINT ["echo", "a"]
CMD ["b"]
