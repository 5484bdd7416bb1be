# expect: config .ExposedPorts is {"53/udp":{},"80/tcp":{},"8000/tcp":{},"8001/tcp":{}}
# expect: history EXPOSE [53/udp 80/tcp 8000/tcp 8001/tcp]
FROM box
EXPOSE 80 53/udp 8000-8001
