# expect: config .Cmd is ["echo","one two"]
# expect: history CMD ["echo" "one two"]
# expect: run => one two
FROM box
CMD ["echo", "one two"]
