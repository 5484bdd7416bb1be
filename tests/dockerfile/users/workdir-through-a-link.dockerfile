# expect: link /l -> home
# expect: dir /home/d
FROM box
RUN ln -s home /l
WORKDIR /l/d
