# expect: file /x content=root\n
FROM box
RUN --mount=from=box,source=/etc,target=/m head -n 1 /m/passwd | cut -d: -f1 > /x
