//! The tables were compared with docker 28.5, value by value.

use super::*;

fn variables() -> BTreeMap<String, String> {
    let pairs = [
        ("A", "foo"),
        ("B", "b ar"),
        ("E", ""),
        ("P", "/opt/a/foo.tar.gz"),
        ("S", "[*?.x"),
        ("W", "x y z"),
        ("PATH", "/bin"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn word(word: &str) -> Result<String, String> {
    Lexer::new('\\').word(word, &variables()).map(|expanded| expanded.text)
}

#[test]
fn words_become_what_docker_makes_of_them() {
    let cases = [
        ("$A", "foo"),
        ("${A}", "foo"),
        ("x${A}y", "xfooy"),
        ("$Ax", ""),
        ("${A}x", "foox"),
        (r#""$A $B""#, "foo b ar"),
        ("'$A $B'", "$A $B"),
        (r"a\ b", "a b"),
        (r#""a\ b""#, r"a\ b"),
        (r#""a\"b""#, r#"a"b"#),
        (r#""a\$A""#, "a$A"),
        (r#""a\\b""#, r"a\b"),
        (r"\$A", "$A"),
        (r"\\$A", r"\foo"),
        ("$$", ""),
        ("$$A", "A"),
        ("$1", ""),
        ("$12x", "x"),
        ("$@", ""),
        ("${A:-x}", "foo"),
        ("${N:-x}", "x"),
        ("${N-x}", "x"),
        ("${E:-x}", "x"),
        ("${E-x}", ""),
        ("${A:+x}", "x"),
        ("${N:+x}", ""),
        ("${E:+x}", ""),
        ("${E+x}", "x"),
        ("${A:?x}", "foo"),
        ("${A?}", "foo"),
        ("${N:-$A}", "foo"),
        ("${N:-${E:-${A}}}", "foo"),
        ("${N:-'qr'}", "qr"),
        (r"${N:-q\ r}", "q r"),
        ("${A#f}", "oo"),
        ("${P##*/}", "foo.tar.gz"),
        ("${P#*/}", "opt/a/foo.tar.gz"),
        ("${P%/*}", "/opt/a"),
        ("${P%%/*}", ""),
        ("${P%.tar.gz}", "/opt/a/foo"),
        ("${P%%.*}", "/opt/a/foo"),
        (r#"${P#"/a"}"#, "/opt/a/foo.tar.gz"),
        ("${P/b/X}", "/opt/a/foo.tar.gz"),
        (r"${P//\//_}", "_opt_a_foo.tar.gz"),
        ("${P//a/}", "/opt//foo.tr.gz"),
        ("${P//?/.}", "................."),
        ("${P/*/x}", "x"),
        ("${P//./}", "/opt/a/footargz"),
        ("${P//t?r/Q}", "/opt/a/foo.Q.gz"),
        ("${S//[/x}", "x*?.x"),
        ("${S#?}", "*?.x"),
        (r"${S%\*}", "[*?.x"),
        (r"${S/\*/y}", "[y?.x"),
        (r"${S//\?/z}", "[*z.x"),
        ("${N//a/b}", ""),
        ("${P//o/$A}", "/foopt/a/ffoofoo.tar.gz"),
        ("${P//o/${N:-w}}", "/wpt/a/fww.tar.gz"),
        (r"${P/\/opt/}", "/a/foo.tar.gz"),
        ("${A/foo/a&b}", "a&b"),
        ("${P//o/$1}", "/pt/a/f.tar.gz"),
        (r"${P//o/\$1}", r"/\pt/a/f\\.tar.gz"),
        (r#""${P//o/ }""#, "/ pt/a/f  .tar.gz"),
        ("a<b", "a<b"),
        ("<<EOF", "<<EOF"),
        (r#"a'b'"c"d"#, "abcd"),
        ("é$A", "éfoo"),
        ("${UN:-ü}", "ü"),
        ("${A%o}", "fo"),
        ("${A%%o*}", "f"),
        ("${A#*o}", "o"),
        ("${A##*o}", ""),
        (r#"x"y"'z'\ w"#, "xyz w"),
        ("$A$B", "foob ar"),
        ("$A-$B", "foo-b ar"),
        ("$A.$B/$P", "foo.b ar//opt/a/foo.tar.gz"),
        ("${A}${B}", "foob ar"),
        (r#""'$A'""#, "'foo'"),
        (r#"'"$A"'"#, r#""$A""#),
        ("$", "$"),
        ("a$", "a$"),
        (r#""$""#, "$"),
        (r#""a$ b""#, "a$ b"),
        ("${W//x?y/Z}", "Z z"),
        (r#""${W// /_}""#, "x_y_z"),
        ("${EMPTY//a/b}", ""),
        ("${NL/a*b/Z}", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(word(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn wrong_words_are_told_in_dockers_words() {
    let cases = [
        ("${", "syntax error: missing '}'"),
        ("${A", "unsupported modifier (�) in substitution"),
        ("${A:", "syntax error: missing '}'"),
        ("${A:-", "syntax error: missing '}'"),
        ("${A:-x", "syntax error: missing '}'"),
        ("${A/", "syntax error: missing '/' in ${}"),
        ("${A/x", "syntax error: missing '/' in ${}"),
        ("${A/x/", "syntax error: missing '}'"),
        ("${A/x/y", "syntax error: missing '}'"),
        ("${}", "syntax error: bad substitution"),
        ("${:x}", "syntax error: bad substitution"),
        ("${{A}}", "syntax error: bad substitution"),
        ("${A@}", "unsupported modifier (@) in substitution"),
        ("${A=x}", "unsupported modifier (=) in substitution"),
        ("${A:=x}", "unsupported modifier (:=) in substitution"),
        ("${A:/x/y}", "unsupported modifier (:/) in substitution"),
        ("${A^^}", "unsupported modifier (^) in substitution"),
        ("${A,}", "unsupported modifier (,) in substitution"),
        ("${N:?}", "N: is not allowed to be unset"),
        ("${N?}", "N: is not allowed to be unset"),
        ("${E:?}", "E: is not allowed to be empty"),
        ("${E:?no}", "E: no"),
        (r#""a"#, "unexpected end of statement while looking for matching double-quote"),
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        (r#""${A""#, r#"unsupported modifier (") in substitution"#),
        (r"${A#\x}", r"invalid pattern (\x) in substitution: invalid escape '\x'"),
        (r"${A#x\}", "syntax error: missing '}'"),
        (r"${A/\q/x}", r"invalid pattern (\q) in substitution: invalid escape '\q'"),
        ("${#A}", "unsupported modifier (A) in substitution"),
        ("${!A}", "unsupported modifier (A) in substitution"),
        ("${-A}", "unsupported modifier (A) in substitution"),
        (r#"${A:-"x}"#, "syntax error: missing '}'"),
        ("${A:-'x}", "syntax error: missing '}'"),
        ("${N:-${A}", "syntax error: missing '}'"),
        (r#""${A:-x""#, "syntax error: missing '}'"),
        ("${A:#f}", "unsupported modifier (:#) in substitution"),
        ("${A:%o}", "unsupported modifier (:%) in substitution"),
        ("${N:#f}", "unsupported modifier (:#) in substitution"),
        ("${A:#f", "unsupported modifier (:#) in substitution"),
    ];
    for (text, expected) in cases {
        let expected = format!("failed to process {}: {expected}", super::super::quote::quoted(text));
        assert_eq!(word(text), Err(expected), "{text}");
    }
}

#[test]
fn names_are_told_once_and_in_order() {
    let expanded = Lexer::new('\\').word("$N $A ${M:-$A} $N '$Q' \\$Z ${A:+$K}", &variables()).unwrap();
    assert_eq!(expanded.matched, ["A"]);
    assert_eq!(expanded.unmatched, ["N", "M", "K"]);
    assert_eq!(expanded.text, " foo foo  $Q $Z ");
}

#[test]
fn words_are_split_after_their_variables_were_replaced() {
    let cases: [(&str, &[&str]); 8] = [
        ("$B x", &["b", "ar", "x"]),
        ("\"$B\" x", &["b ar", "x"]),
        ("a\\ b  c", &["a b", "c"]),
        ("80 $E 90", &["80", "90"]),
        ("''", &[]),
        ("  ", &[]),
        ("a${E}b 'c'd", &["ab", "cd"]),
        ("a <<  EOF", &["a", "<<  EOF"]),
    ];
    for (text, expected) in cases {
        assert_eq!(Lexer::new('\\').words(text, &variables()).unwrap(), expected, "{text}");
    }
}

#[test]
fn the_backquote_escapes_where_the_file_says_so() {
    let lexer = Lexer::new('`');
    assert_eq!(lexer.word(r"c:\x`$A", &variables()).unwrap().text, r"c:\x$A");
    assert_eq!(lexer.body(r"`$A \$A", &variables()).unwrap().text, "`foo $A");
}

#[test]
fn quotes_mean_nothing_in_a_heredoc() {
    let body = "it's \"$A\" '$A' \\$A \\x $N.\n";
    let expanded = Lexer::new('\\').body(body, &variables()).unwrap();
    assert_eq!(expanded.text, "it's \"foo\" 'foo' $A x .\n");
}

#[test]
fn a_step_is_shown_with_its_quotes_and_what_is_unset() {
    let shown = |text: &str| Lexer::new('\\').shown(text, &variables()).map(|expanded| expanded.text);
    assert_eq!(shown("RUN echo  \"a $A\" '$A' $N").as_deref(), Ok("RUN echo  \"a foo\" '$A' $N"));
    assert_eq!(shown("${N:-x} ${N} ${N#y} ${N/a/b}").as_deref(), Ok("${N:-x} ${N} ${N#y} ${N/a/b}"));
}

#[test]
fn nothing_grows_or_nests_without_end() {
    let mut variables = variables();
    variables.insert("L".to_owned(), "x".repeat(1 << 19));
    let lexer = Lexer::new('\\');
    assert!(lexer.word("$L", &variables).is_ok());
    assert!(lexer.word("$L$L$L", &variables).unwrap_err().contains("too long"));
    assert!(lexer.word("${L//x/yyyy}", &variables).unwrap_err().contains("too long"));
    assert!(lexer.word(&"${N:-".repeat(100_000), &variables).is_err());
    let nested = format!("{}x{}", "${N:-".repeat(60), "}".repeat(60));
    assert_eq!(lexer.word(&nested, &variables).unwrap().text, "x");
    let slow = format!("${{L#{}y}}", "*x".repeat(1_000));
    assert!(lexer.word(&slow, &variables).unwrap_err().contains("too long to search"));
}
