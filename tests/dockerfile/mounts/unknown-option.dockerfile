# expect: fails unexpected key 'what' in 'what=1'
FROM box
RUN --mount=type=bind,target=/m,what=1 true
