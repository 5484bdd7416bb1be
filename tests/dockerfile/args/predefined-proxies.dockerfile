# In the environment of steps, and told nowhere.
# args: --build-arg HTTP_PROXY=http://p:1
# expect: file /x content=http://p:1 http://p:1\n
# expect: history RUN /bin/sh -c echo $HTTP_PROXY $http_proxy > /x # buildkit
# expect: config .Env lacks HTTP_PROXY=http://p:1
FROM box
RUN echo $HTTP_PROXY $http_proxy > /x
