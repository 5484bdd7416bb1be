# expect: config .Labels.a is "1"
# expect: config .Labels.com.example.b is "two words"
# expect: history LABEL a=1 com.example.b=two words
FROM box
LABEL a=1 com.example.b="two words"
