# args: --target nobody
# expect: fails target stage "nobody" could not be found
FROM box AS one
