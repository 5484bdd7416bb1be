# expect: config .Entrypoint none
# expect: config .Cmd is ["x"]
FROM box
ENTRYPOINT ["echo"]
ENTRYPOINT []
CMD ["x"]
