//! What the rules say was compared with `docker build --check` of docker 28.5, file by file.

use super::super::parse;
use super::*;

fn warnings(text: &str, context: &Context<'_>) -> Vec<(&'static str, String, usize)> {
    let file = parse(text.as_bytes()).unwrap();
    let told = check(&file, context).into_iter();
    told.map(|warning| (warning.rule, warning.detail, warning.lines.first)).collect()
}

fn rules(text: &str) -> Vec<(&'static str, usize)> {
    let all = warnings(text, &Context::default()).into_iter();
    all.map(|(rule, _, line)| (rule, line)).collect()
}

fn details(text: &str) -> Vec<String> {
    warnings(text, &Context::default()).into_iter().map(|(_, detail, _)| detail).collect()
}

fn platforms() -> BTreeMap<String, String> {
    let names = ["BUILDPLATFORM", "TARGETPLATFORM"];
    names.map(|name| (name.to_owned(), "linux/amd64".to_owned())).into()
}

#[test]
fn a_file_without_faults_has_no_warnings() {
    assert_eq!(rules("FROM bb AS a\nRUN x\nCMD [\"x\"]\n"), []);
    assert_eq!(report("FROM bb\n", "Dockerfile", &[]), "Check complete, no warnings found.\n");
}

#[test]
fn stages_are_named_in_lower_case_once_and_not_like_reserved_ones() {
    let text =
        "FROM bb AS Foo\nFROM bb AS foo\nFROM bb AS scratch\nFROM bb as x\nfrom bb AS y\nFrom bb as z\n";
    let expected = [
        ("StageNameCasing", 1),
        ("FromAsCasing", 4),
        ("FromAsCasing", 5),
        ("DuplicateStageName", 2),
        ("ReservedStageName", 3),
        ("ConsistentInstructionCasing", 5),
        ("ConsistentInstructionCasing", 6),
    ];
    assert_eq!(rules(text), expected);
}

#[test]
fn keywords_have_the_case_of_most_but_for_global_arguments() {
    assert_eq!(rules("arg x=1\nFROM bb\nRUN $x\n"), []);
    let expected = [
        "Command 'From' should match the case of the command majority (uppercase)",
        "Command 'run' should match the case of the command majority (uppercase)",
        "Command 'Run' should match the case of the command majority (uppercase)",
    ];
    assert_eq!(details("From bb\nrun x\nRun y\nRUN z\n"), expected);
}

#[test]
fn empty_lines_inside_of_an_instruction_are_told_at_its_end() {
    assert_eq!(
        rules("FROM bb\nRUN \\\n # x\n\n  echo \\\n\n  hi\nRUN x \\\n # c\n  y\n"),
        [("NoEmptyContinuation", 7)]
    );
}

#[test]
fn comments_above_describe_what_they_stand_above() {
    let text = "# check=experimental=all\n# foo bar\nFROM bb AS x\n# y bar\nARG z=1\n# z good\nARG z\n# hm\n\nARG q\n\
                # hm\n#\nARG q2\n# a\n# q3 text\nARG q3 q4\n# hm\nARG q5 q6\n";
    let expected = [
        "Comment for FROM should follow the format: `# x <description>`",
        "Comment for ARG should follow the format: `# z <description>`",
        "Comment for ARG should follow the format: `# q <description>`",
        "Comment for ARG should follow the format: `# <arg_key> <description>`",
    ];
    assert_eq!(details(text), expected);
}

#[test]
fn options_skip_rules_and_make_errors() {
    let text = |options: &str| format!("# check={options}\nFROM bb as x\nCMD a\n");
    let read = |options: &str| Options::of(&parse(text(options).as_bytes()).unwrap(), &Context::default());
    assert_eq!(rules(&text("skip=all")), []);
    assert_eq!(rules(&text("skip=FromAsCasing")), [("JSONArgsRecommended", 3)]);
    let options = read("error=true;skip=FromAsCasing").unwrap();
    let told = check(&parse(text("skip=FromAsCasing").as_bytes()).unwrap(), &Context::default());
    let violation = "lint violation found for rules: JSONArgsRecommended";
    assert_eq!(options.violation(&told).as_deref(), Some(violation));
    let wrong = [
        ("skip=FromAsCasing; error=true", "invalid check option \"\""),
        ("foo=bar", "invalid check option \"foo\""),
        ("foo", "invalid check option \"foo\""),
    ];
    for (options, told) in wrong {
        assert_eq!(read(options), Err(format!("failed to parse check options: {told}")), "{options}");
    }
    assert!(
        read("error=maybe").unwrap_err().ends_with("strconv.ParseBool: parsing \"maybe\": invalid syntax")
    );
}

#[test]
fn variables_are_defined_before_their_use() {
    let undefined = |text: &str| -> Vec<String> {
        let all =
            warnings(text, &Context::default()).into_iter().filter(|(rule, ..)| *rule == "UndefinedVar");
        all.map(|(_, detail, _)| detail.replace("Usage of undefined variable ", "")).collect()
    };
    let cases: [(&str, &[&str]); 8] = [
        ("ARG x=1\nFROM bb\nARG Y\nUSER $Y$x$PAHT\n", &["'$x'", "'$PAHT' (did you mean $PATH?)"]),
        ("FROM bb AS a\nARG x=1\nENV y=1\nFROM a\nUSER $x$y$zzzz\n", &["'$zzzz'"]),
        ("FROM bb\nENV a=$$ b=$1 c=\\$d e='$f'\n", &["'$$'", "'$1'"]),
        ("FROM bb\nCOPY <<A <<'B' /\n$v\nA\n$w\nB\n", &["'$v'"]),
        ("FROM bb\nRUN --mount=target=$aaaa,type=cache,ro=${bbbb:-0} $ccc\n", &["'$aaaa'", "'$bbbb'"]),
        ("FROM bb\nONBUILD USER $foo\nEXPOSE $bar\nCMD [\"$x\"]\n", &[]),
        ("FROM bb AS a\nONBUILD USER $foo\nFROM a\n", &["'$foo'"]),
        ("FROM bb\nUSER ${HOME:-}\n", &["'$HOME'"]),
    ];
    for (text, expected) in cases {
        assert_eq!(undefined(text), expected, "{text}");
    }
}

#[test]
fn variables_of_the_base_image_count_and_an_unknown_one_has_any() {
    let known = |name: &str| {
        (name == "known").then(|| Base { env: vec![("V".into(), "1".into())], ..Base::default() })
    };
    let context = Context { bases: Some(&known), ..Context::default() };
    assert_eq!(warnings("FROM known\nUSER $V\nFROM other\nUSER $V$W\n", &context), []);
    assert_eq!(warnings("FROM known\nUSER $Wwww\n", &context).len(), 1);
}

#[test]
fn from_uses_declared_arguments_with_a_sensible_default() {
    let expected = [
        "Default value for ARG bb:${tagg} results in empty or invalid base image name",
        "FROM argument 'tagg' is not declared (did you mean tag?)",
        "FROM argument 'UND' is not declared",
    ];
    assert_eq!(details("ARG tag=latest\nARG V\nFROM bb:${tagg} AS x\nFROM bb$V\nFROM ${UND}bb\n"), expected);
}

#[test]
fn platforms_of_from_are_neither_constant_nor_redundant() {
    let context = Context { predefined: platforms(), ..Context::default() };
    let text = "FROM --platform=linux/amd64 bb AS a\nFROM --platform=linux/amd64 bb AS linux-x\n\
                FROM --platform=$TARGETPLATFORM bb\nFROM --platform=$BUILDPLATFORM bb\nFROM --platform=x86_64 bb\n";
    let told: Vec<_> = warnings(text, &context).into_iter().map(|(rule, _, line)| (rule, line)).collect();
    let expected = [
        ("FromPlatformFlagConstDisallowed", 1),
        ("RedundantTargetPlatform", 3),
        ("FromPlatformFlagConstDisallowed", 5),
    ];
    assert_eq!(told, expected);
}

#[test]
fn commands_are_json_and_only_the_last_counts() {
    let text = "FROM bb\nCMD a\nENTRYPOINT b\nCMD c\nHEALTHCHECK NONE\nHEALTHCHECK CMD x\n";
    let expected = [
        ("JSONArgsRecommended", 2),
        ("JSONArgsRecommended", 3),
        ("MultipleInstructionsDisallowed", 2),
        ("JSONArgsRecommended", 4),
        ("MultipleInstructionsDisallowed", 5),
    ];
    assert_eq!(rules(text), expected);
    assert_eq!(rules("FROM bb\nSHELL [\"/bin/sh\"]\nCMD a\n"), []);
}

#[test]
fn secrets_are_told_by_their_names() {
    let text = "FROM bb\nENV GITHUB_TOKEN=1 my_secret=2 apikey=1 PublicKey=2 A_PASSWORD_B=1 PUBLIC_KEY=1\nARG api_key\n";
    let told = details(text);
    let names = [
        "ENV \"GITHUB_TOKEN\"",
        "ENV \"my_secret\"",
        "ENV \"apikey\"",
        "ENV \"A_PASSWORD_B\"",
        "ARG \"api_key\"",
    ];
    assert_eq!(told.len(), names.len(), "{told:?}");
    for (told, name) in told.iter().zip(names) {
        assert_eq!(*told, format!("Do not use ARG or ENV instructions for sensitive data ({name})"));
    }
}

#[test]
fn old_forms_relative_folders_and_odd_ports_are_told() {
    let text = "FROM bb\nENV a b\nLABEL a b\nMAINTAINER x\nWORKDIR a\nWORKDIR b\nEXPOSE 9/TCP 8080:80\n";
    let expected = [
        ("MaintainerDeprecated", 4),
        ("LegacyKeyValueFormat", 2),
        ("LegacyKeyValueFormat", 3),
        ("WorkdirRelativePath", 5),
        ("ExposeInvalidFormat", 7),
        ("ExposeProtoCasing", 7),
    ];
    assert_eq!(rules(text), expected);
}

#[test]
fn ignored_files_are_not_copied() {
    let ignored = |source: &str| source == "foo";
    let context = Context { ignored: Some(&ignored), ..Context::default() };
    let text = "# check=experimental=CopyIgnoredFile\nFROM bb\nCOPY foo bar /x/\nADD foo /y\nCOPY --from=bb foo /q\n";
    let told: Vec<_> = warnings(text, &context).into_iter().map(|(_, detail, _)| detail).collect();
    let expected = [
        "Attempting to Copy file \"foo\" that is excluded by .dockerignore",
        "Attempting to Add file \"foo\" that is excluded by .dockerignore",
    ];
    assert_eq!(told, expected);
    assert_eq!(warnings("FROM bb\nCOPY foo /x\n", &context), [], "it is experimental");
}

#[test]
fn what_stops_the_rules_is_told_beside_the_warnings() {
    let fault = |text: &str| {
        let (warnings, fault) = check_and_fault(&parse(text.as_bytes()).unwrap(), &Context::default());
        (warnings.len(), fault.map(|fault| (fault.message, fault.lines.first)))
    };
    let told = |message: &str, line| Some((message.to_owned(), line));
    assert_eq!(fault("FROM bb\nUSER ${a:?foo}\n"), (1, told("failed to process \"${a:?foo}\": a: foo", 2)));
    assert_eq!(fault("FROM bb\nVOLUME $v\n"), (1, told("VOLUME specified can not be an empty string", 2)));
    assert_eq!(
        fault("FROM bb\nEXPOSE 80/foo\n"),
        (0, told("invalid port: \"80/foo\": invalid proto: foo", 2))
    );
    assert_eq!(fault("FROM \"\"\n"), (1, told("base name (\"\") should not be blank", 1)));
    let mount = "FROM bb\nRUN --mount=type=$x,target=/x true\n";
    assert_eq!(fault(mount), (1, told("unsupported mount type \"\"", 2)));
}

#[test]
fn only_the_stages_that_are_built_are_followed() {
    let context = Context { only: Some(&[1]), ..Context::default() };
    assert_eq!(warnings("FROM bb AS a\nUSER $xxxx\nFROM bb\nUSER $yyyy\n", &context).len(), 1);
}

#[test]
fn values_do_not_grow_without_end() {
    let mut text = "FROM bb\nENV a=xxxxxxxxxxxxxxxx\n".to_owned();
    text.push_str(&"ENV a=$a$a\n".repeat(64));
    let (_, fault) = check_and_fault(&parse(text.as_bytes()).unwrap(), &Context::default());
    assert!(fault.unwrap().message.contains("too long"));
}

#[test]
fn the_report_is_dockers() {
    let source = "FROM bb as x\nMAINTAINER y\n";
    let warnings = check(&parse(source.as_bytes()).unwrap(), &Context::default());
    assert_eq!(warnings[0].short(), "FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)");
    let expected = "Check complete, 2 warnings have been found!\n\
        \n\
        WARNING: FromAsCasing - https://docs.docker.com/go/dockerfile/rule/from-as-casing/\n\
        'as' and 'FROM' keywords' casing do not match\n\
        c/1:1\n\
        --------------------\n   \
           1 | >>> FROM bb as x\n   \
           2 |     MAINTAINER y\n   \
           3 |     \n\
        --------------------\n\
        \n\
        WARNING: MaintainerDeprecated - https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/\n\
        Maintainer instruction is deprecated in favor of using label\n\
        c/1:2\n\
        --------------------\n   \
           1 |     FROM bb as x\n   \
           2 | >>> MAINTAINER y\n   \
           3 |     \n\
        --------------------\n";
    assert_eq!(report(source, "c/1", &warnings), expected);
}
