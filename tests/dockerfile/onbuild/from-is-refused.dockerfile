# expect: fails FROM isn't allowed as an ONBUILD trigger
FROM box
ONBUILD FROM box
