# Where expansion takes place.
# context: a.txt=hello
# expect: file /d/a.txt owner=5:6 mode=0600
# expect: config .Labels.k is "v"
# expect: config .User is "5"
# expect: config .StopSignal is "SIGINT"
# expect: config .ExposedPorts contains 80/tcp
# expect: config .Volumes contains /d
# expect: config .WorkingDir is "/d"
FROM box
ARG DIR=/d OWNER=5:6 MODE=600 SRC=a K=k V=v ID=5 SIGNAL=SIGINT PORT=80
COPY --chown=$OWNER --chmod=$MODE $SRC.txt $DIR/
LABEL $K=$V
USER $ID
STOPSIGNAL $SIGNAL
EXPOSE $PORT
VOLUME $DIR
WORKDIR $DIR
