# expect: config .Healthcheck is {"Interval":5000000000,"Retries":2,"StartInterval":1000000000,"StartPeriod":3000000000,"Test":["CMD-SHELL","true || false"],"Timeout":2000000000}
# expect: history HEALTHCHECK &{["CMD-SHELL" "true || false"] "5s" "2s" "3s" "1s" '\\x02'}
FROM box
HEALTHCHECK --interval=5s --timeout=2s --start-period=3s --start-interval=1s --retries=2 CMD true || false
