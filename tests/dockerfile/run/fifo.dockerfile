# expect: fifo /p mode=0640
FROM box
RUN mkfifo -m 640 /p
