# expect: config .StopSignal is "9"
FROM box
STOPSIGNAL 9
