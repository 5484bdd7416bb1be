# expect: config .Cmd is ["two"]
FROM box
CMD ["one"]
CMD ["two"]
