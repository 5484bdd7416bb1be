# expect: config .Cmd is ["mine"]
FROM box
CMD ["mine"]
ENTRYPOINT ["echo"]
