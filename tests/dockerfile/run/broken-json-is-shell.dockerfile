# expect: file /x content=[a, b]\n
FROM box
RUN ["echo", a, b] > /dev/null || echo "[a, b]" > /x
