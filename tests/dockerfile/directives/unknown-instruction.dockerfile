# expect: fails dockerfile parse error on line 3: unknown instruction: FORM
FROM box
FORM box
