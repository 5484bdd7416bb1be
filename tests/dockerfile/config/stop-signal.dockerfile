# expect: config .StopSignal is "SIGUSR1"
# expect: history STOPSIGNAL SIGUSR1
FROM box
STOPSIGNAL SIGUSR1
