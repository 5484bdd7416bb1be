# Nothing but words: no layer.
# expect: layers 1
FROM box
ENV A=1
LABEL a=b
EXPOSE 80
CMD ["x"]
