# escape=`
# A path of another system, and a line that goes on.
# expect: file /x content=a\\b c\n
FROM box
RUN printf '%s %s\n' `
  'a\b' c > /x
