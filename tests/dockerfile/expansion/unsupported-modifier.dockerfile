# expect: fails unsupported modifier (:x) in substitution
FROM box
ENV A=1
ENV B=${A:x}
