# expect: fails not found
FROM box
RUN --mount=source=none,target=/m true
