# expect: config .Cmd none
FROM box
CMD ["x"]
CMD []
