# expect: fails file with no instructions
