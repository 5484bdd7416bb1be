# expect: file /a content=hi\n
# expect: file /b content=hi\n
FROM box
RUN echo hi > /a && ln /a /b
