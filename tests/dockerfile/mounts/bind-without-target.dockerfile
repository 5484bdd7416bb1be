# expect: fails target
FROM box
RUN --mount=type=bind true
