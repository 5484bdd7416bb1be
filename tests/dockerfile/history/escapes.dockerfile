# expect: history CMD ["a\\tb" "c\\\\d" "\\"" "é"]
FROM box
CMD ["a\tb", "c\\d", "\"", "é"]
