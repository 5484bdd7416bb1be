# context: a.txt=a
# expect: history COPY --chown=1:2 --chmod=600 a.txt /x # buildkit
FROM box
COPY --link --chmod=600 --chown=1:2 a.txt /x
