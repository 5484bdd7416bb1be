# Not in the language.
# expect: fails unsupported modifier
FROM box
ENV A=a
ENV B=${A^^}
