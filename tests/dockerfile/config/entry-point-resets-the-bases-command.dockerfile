# expect: config .Cmd none
# expect: config .Entrypoint is ["echo"]
FROM box AS one
CMD ["from", "the", "base"]
FROM one
ENTRYPOINT ["echo"]
