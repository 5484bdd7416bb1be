//! What is refused, and in which words, was compared with docker 28.5, file by file.

use super::ast::*;
use super::*;

fn parsed(text: &str) -> Dockerfile {
    parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The instructions behind `FROM bb`.
fn kinds(text: &str) -> Vec<Kind> {
    let file = parsed(&format!("FROM bb\n{text}"));
    file.stages.into_iter().flat_map(|stage| stage.instructions).map(|one| one.kind).collect()
}

fn kind(text: &str) -> Kind {
    let mut kinds = kinds(text);
    assert_eq!(kinds.len(), 1, "{text}");
    kinds.remove(0)
}

fn refused(text: &str) -> (String, usize, usize) {
    let error = parse(text.as_bytes()).expect_err(text);
    (error.message, error.lines.first, error.lines.last)
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn instructions_are_refused_in_buildkits_words() {
    let cases = [
        ("COPY --form=x a b", "unknown flag: --form (did you mean from?)"),
        ("COPY --from=x --from=y a b", "duplicate flag specified: --from"),
        ("COPY --from a b c", "missing a value on flag: --from"),
        ("COPY --link=maybe a b", "expecting boolean value for flag --link, not: maybe"),
        ("COPY --link= a b", "missing a value on flag: --link"),
        (
            "COPY a",
            "COPY requires at least two arguments, but only one was provided. Destination could not be determined",
        ),
        ("COPY --zzzzz=x a b", "unknown flag: --zzzzz"),
        ("ADD --parents a b", "unknown flag: --parents"),
        ("SHELL /bin/sh", "SHELL requires the arguments to be in JSON form"),
        ("SHELL []", "SHELL requires at least one argument"),
        ("ENV", "ENV requires at least one argument"),
        ("ENV =b", "ENV names can not be blank"),
        ("ARG", "ARG requires at least one argument"),
        ("ARG a =b", "ARG names can not be blank"),
        ("ONBUILD", "ONBUILD requires at least one argument"),
        ("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("ONBUILD from x", "FROM isn't allowed as an ONBUILD trigger"),
        ("ONBUILD maintainer x", "MAINTAINER isn't allowed as an ONBUILD trigger"),
        ("ONBUILD --foo RUN x", "unknown flag: --foo"),
        ("HEALTHCHECK", "HEALTHCHECK requires at least one argument"),
        ("HEALTHCHECK NONE x", "HEALTHCHECK NONE takes no arguments"),
        ("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD"),
        ("HEALTHCHECK foo x", "Unknown type \"FOO\" in HEALTHCHECK (try CMD)"),
        ("HEALTHCHECK --interval=1 CMD x", "time: missing unit in duration \"1\""),
        ("HEALTHCHECK --interval=1us CMD x", "Interval \"interval\" cannot be less than 1ms"),
        ("HEALTHCHECK --interval=-1s CMD x", "Interval \"interval\" cannot be less than 1ms"),
        ("HEALTHCHECK --retries=-1 CMD x", "--retries cannot be negative (-1)"),
        ("HEALTHCHECK --retries=x CMD x", "strconv.ParseInt: parsing \"x\": invalid syntax"),
        (
            "HEALTHCHECK --retries=99999999999 CMD x",
            "strconv.ParseInt: parsing \"99999999999\": value out of range",
        ),
        ("EXPOSE", "EXPOSE requires at least one argument"),
        ("VOLUME", "VOLUME requires at least one argument"),
        ("VOLUME [\"\"]", "VOLUME specified can not be an empty string"),
        ("STOPSIGNAL", "STOPSIGNAL requires exactly one argument"),
        ("USER", "USER requires exactly one argument"),
        ("USER --foo x", "unknown flag: --foo"),
        ("WORKDIR", "WORKDIR requires exactly one argument"),
        ("MAINTAINER", "MAINTAINER requires exactly one argument"),
        ("FROM", "FROM requires either one or three arguments"),
        ("FROM bb foo", "FROM requires either one or three arguments"),
        (
            "FROM bb as 1a",
            "invalid name for build stage: \"1a\", name can't start with a number or contain symbols",
        ),
        ("FROM --platfrm=x bb", "unknown flag: --platfrm (did you mean platform?)"),
        ("RUNN x", "unknown instruction: RUNN (did you mean RUN?)"),
        ("cpoy a b", "unknown instruction: cpoy (did you mean copy?)"),
        ("foobar", "unknown instruction: foobar"),
        ("RUN --network=foo x", "invalid network mode \"foo\""),
        ("RUN --security=foo x", "security \"foo\" is not valid"),
        ("RUN --mount= x", "failed to parse csv mounts: EOF"),
        ("RUN --mount=from=$foo x", "'from' doesn't support variable expansion, define alias stage instead"),
        ("RUN --device=a,b x", "invalid field 'b' must be a key=value pair"),
        ("RUN --device=v/c=a,b=c x", "unexpected key 'b' in 'b=c'"),
    ];
    for (text, told) in cases {
        let expected = (format!("dockerfile parse error on line 2: {told}"), 2, 2);
        assert_eq!(refused(&format!("FROM bb\n{text}\n")), expected, "{text}");
    }
}

#[test]
fn what_no_line_can_be_is_told_first_and_without_a_number() {
    let cases = [
        ("FOO\nENV a", "ENV must have two arguments", 3, 3),
        ("LABEL a", "LABEL must have two arguments", 2, 2),
        ("ENV a=b c", "Syntax error - can't find = in \"c\". Must be of the form: name=value", 2, 2),
        ("RUN [\"a\", 1]", "when using JSON array syntax, arrays must be comprised of strings only", 2, 2),
        ("ONBUILD ENV a", "ENV must have two arguments", 2, 2),
        ("RUN <<EOF\nfoo", "unterminated heredoc", 2, 3),
    ];
    for (text, told, first, last) in cases {
        assert_eq!(refused(&format!("FROM bb\n{text}\n")), (told.to_owned(), first, last), "{text}");
    }
}

#[test]
fn a_file_needs_a_stage_before_anything_else() {
    let cases = [
        ("", "the Dockerfile cannot be empty", 0),
        ("# just\n\n", "file with no instructions", 2),
        ("ARG x\n", "dockerfile contains no stages to build", 0),
        ("RUN x\nFROM bb\n", "no build stage in current context", 1),
        ("ARG x=1\nRUN y\nFROM bb\n", "no build stage in current context", 2),
        ("FROM bb\n\\\n", "dockerfile parse error on line 2: unknown instruction: ", 2),
    ];
    for (text, told, line) in cases {
        assert_eq!(refused(text), (told.to_owned(), line, line), "{text}");
    }
}

#[test]
fn mounts_are_refused_in_buildkits_words() {
    let cases = [
        ("type=foo", "unsupported mount type \"foo\""),
        ("type=bnd", "unsupported mount type \"bnd\" (did you mean bind?)"),
        ("type=bind,propagation=shared", "unexpected key 'propagation' in 'propagation=shared'"),
        (
            "target=/x,bind-propagation=rshared",
            "unexpected key 'bind-propagation' in 'bind-propagation=rshared'",
        ),
        ("targt=/x", "unexpected key 'targt' in 'targt=/x' (did you mean target?)"),
        ("type=bind,foo", "invalid field 'foo' must be a key=value pair"),
        ("type=bind,rshared", "invalid field 'rshared' must be a key=value pair"),
        ("required,type=secret,id=x", "unexpected key 'required' for mount type 'bind'"),
        ("type=bind,size=1", "unexpected key 'size' for mount type 'bind'"),
        ("type=tmpfs,size=1x", "invalid value for size: 1x"),
        ("target=/x,mode=0700", "mode not allowed for \"bind\" type mounts"),
        ("type=cache,mode=9", "invalid value 9 for mode"),
        ("type=cache,uid=a", "invalid value a for uid"),
        ("type=cache,sharing=lock", "unsupported sharing value \"lock\" (did you mean locked?)"),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=secret,id=b,from=a", "secret mount should not have a from"),
        ("type=secret,id=b,src=c", "both source and id can't be set"),
        ("type=secret,id=b,sharing=shared", "secret mount should not define sharing"),
        ("type=secret,id=b,required=foo", "invalid value for required: foo"),
        ("ro=foo", "invalid value for ro: foo"),
        ("sharing=shared", "invalid cache sharing set for bind mount"),
    ];
    for (mount, told) in cases {
        let text = format!("FROM bb\nRUN --mount={mount} x\n");
        assert_eq!(refused(&text), (told.to_owned(), 2, 2), "{mount}");
    }
}

#[test]
fn mounts_have_many_names_for_their_options() {
    let text = "RUN --mount=TYPE=Cache,Target=/y,Sharing=LOCKED,uid=1,mode=0700 --mount=type=tmpfs,dst=/x,size=1MB \
                --mount=src=a,destination=/z,rw --mount=type=secret,id=k,required,env=K --mount=type=ssh \
                --mount=\"from=bb,\\\"target=/a,b\\\",ro=0\" x";
    let Kind::Run(run) = kind(text) else { panic!() };
    let written: Vec<String> = run.mounts.iter().map(|mount| mount.written.clone()).collect();
    let plain: Vec<Mount> =
        run.mounts.into_iter().map(|mount| Mount { written: String::new(), ..mount }).collect();
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        Mount {
            kind: MountKind::Cache,
            target: some("/y"),
            sharing: Some(Sharing::Locked),
            uid: some("1"),
            mode: some("0700"),
            ..Mount::default()
        },
        Mount { kind: MountKind::Tmpfs, target: some("/x"), size: Some(1 << 20), ..Mount::default() },
        Mount { source: some("a"), target: some("/z"), read_only: Some(false), ..Mount::default() },
        Mount { kind: MountKind::Secret, id: some("k"), required: true, env: some("K"), ..Mount::default() },
        Mount { kind: MountKind::Ssh, ..Mount::default() },
        Mount { from: some("bb"), target: some("/a,b"), read_only: Some(false), ..Mount::default() },
    ];
    assert_eq!(plain, expected);
    assert_eq!(written[5], "from=bb,\"target=/a,b\",ro=0");
    assert_eq!(run.command, Command::Shell("x".to_owned()));
}

#[test]
fn variables_in_a_mount_are_replaced_when_the_stage_is_built() {
    let text = "RUN --mount=type=$t,target=$d,size=${s:-1m},from=bb x";
    let Kind::Run(run) = kind(text) else { panic!() };
    assert_eq!(run.mounts[0].from.as_deref(), Some("bb"));
    let mut replace =
        |value: &str| Ok(value.replace("$t", "tmpfs").replace("$d", "/x").replace("${s:-1m}", "1m"));
    let expanded = mount::expanded(&run.mounts[0], &mut replace).unwrap();
    assert_eq!((expanded.kind, expanded.size), (MountKind::Tmpfs, Some(1 << 20)));
    let told = mount::expanded(&run.mounts[0], &mut |_| Ok(String::new()));
    assert_eq!(told, Err("unsupported mount type \"\"".to_owned()));
}

#[test]
fn lines_go_on_behind_escapes_over_comments_and_empty_lines() {
    let file = parsed("FROM bb\nRUN a \\  \n  # c\n b \\\n\n c\nRUN d \\\\\nRUN e \\");
    let originals: Vec<&str> = file.stages[0].instructions.iter().map(|one| one.original.as_str()).collect();
    assert_eq!(originals, ["RUN a  b  c", "RUN d \\\\", "RUN e"]);
    assert_eq!(file.stages[0].instructions[0].lines, Lines { first: 2, last: 6 });
    assert_eq!(file.empty_continuations, [Lines { first: 6, last: 6 }]);
    assert_eq!(parsed("\\\nFROM bb\n").stages.len(), 1);
}

#[test]
fn blanks_stay_where_they_are_in_what_is_shown() {
    let file = parsed("FROM bb\n  RUN   echo  \"a   b\"  \r\n");
    assert_eq!(file.stages[0].instructions[0].original, "RUN   echo  \"a   b\"");
}

#[test]
fn byte_order_mark_and_carriage_returns_are_no_text() {
    let file = parsed("\u{feff}FROM bb\r\nRUN a \\\r\n  b\r\nENV x=y\r\n");
    let Kind::Run(run) = &file.stages[0].instructions[0].kind else { panic!() };
    assert_eq!(run.command, Command::Shell("a   b".to_owned()));
    let Kind::Env { pairs, .. } = &file.stages[0].instructions[1].kind else { panic!() };
    assert_eq!(pairs, &[("x".to_owned(), "y".to_owned())]);
}

#[test]
fn directives_stand_at_the_top_alone() {
    let file = parsed(
        "#  EsCape = ` \n# syntax=docker/dockerfile:1 more\n#check = skip=all; x\nFROM bb\nRUN a `\n  b\n",
    );
    assert_eq!(file.directives.escape, Some('`'));
    assert_eq!(file.directives.syntax, Some(("docker/dockerfile:1".to_owned(), 2)));
    assert_eq!(file.directives.check, Some(("skip=all; x".to_owned(), 3)));
    assert_eq!(file.stages[0].instructions.len(), 1);
    let later = parsed("# escape=`\n\n# check=skip=all\nFROM bb\n");
    assert_eq!((later.directives.escape, later.directives.check), (Some('`'), None));
    assert_eq!(parsed("#!/x\n# syntax=a\nFROM bb\n").directives.syntax, Some(("a".to_owned(), 2)));
    assert_eq!(directives::found("// syntax=a b\n{}").syntax, Some(("a".to_owned(), 1)));
    assert_eq!(directives::found("{\"syntax\": \"a\"}").syntax, Some(("a".to_owned(), 1)));
    assert_eq!(refused("# syntax=a\n# syntax=b\n").0, "only one syntax parser directive can be used");
    assert_eq!(refused("# escape=x\nFROM bb\n").0, "invalid escape token 'x' does not match ` or \\");
}

#[test]
fn heredocs_take_the_lines_below() {
    let text = "COPY --chmod=600 <<A <<-\"B\" c /out/\na $x\n\ttab\nA\n\t\tb\n\tB\nRUN cat <<A <<B 3<<C >x\na\nA\nb\nB\n\
                c\nC\nRUN <<  E\nx\nE\nRUN cat <<<a\nRUN \"<<X\" \\<<X\nRUN a<<X\nRUN [\"<<X\"]\n";
    let kinds = kinds(text);
    assert_eq!(kinds.len(), 7);
    let Kind::Copy(copying) = &kinds[0] else { panic!() };
    assert_eq!(
        (copying.sources.as_slice(), copying.destination.as_str()),
        (strings(&["c"]).as_slice(), "/out/")
    );
    let bodies: Vec<(&str, bool, &str)> =
        copying.heredocs.iter().map(|one| (one.name.as_str(), one.expand, one.body.as_str())).collect();
    assert_eq!(bodies, [("A", true, "a $x\n\ttab\n"), ("B", false, "b\n")]);
    let Kind::Run(run) = &kinds[1] else { panic!() };
    let all: Vec<(u32, &str)> = run.heredocs.iter().map(|one| (one.descriptor, one.body.as_str())).collect();
    assert_eq!(all, [(0, "a\n"), (0, "b\n"), (3, "c\n")]);
    assert_eq!(run.command, Command::Shell("cat <<A <<B 3<<C >x".to_owned()));
    let Kind::Run(spaced) = &kinds[2] else { panic!() };
    assert_eq!(spaced.heredocs[0].body, "x\n");
    for plain in &kinds[3..] {
        assert!(matches!(plain, Kind::Run(run) if run.heredocs.is_empty()), "{plain:?}");
    }
    let told = "dockerfile parse error on line 2: COPY cannot accept a heredoc as a destination";
    assert_eq!(refused("FROM bb\nCOPY a <<EOF\nfoo\nEOF\n"), (told.to_owned(), 2, 4));
}

#[test]
fn terminators_stand_alone_on_their_line() {
    let Kind::Run(run) = kind("RUN x <<EOF\nx\n EOF\nEOF \nEOF\r\n") else { panic!() };
    assert_eq!(run.heredocs[0].body, "x\n EOF\nEOF \n");
}

#[test]
fn triggers_keep_their_heredocs_and_are_read_later() {
    let Kind::OnBuild(trigger) = kind("onbuild   COPY <<-A /x\n\thi\n\tA\n") else { panic!() };
    assert_eq!(trigger, "COPY <<-A /x\n\thi\nA");
    let Kind::Copy(copying) = instruction(&trigger, '\\').unwrap().kind else { panic!() };
    assert_eq!(copying.heredocs[0].body, "hi\n");
    assert_eq!(kind("ONBUILD FOO x"), Kind::OnBuild("FOO x".to_owned()));
    assert_eq!(
        instruction("FOO x", '\\').unwrap_err().message,
        "unknown instruction: FOO (did you mean FROM?)"
    );
    assert!(instruction("RUN a\nRUN b", '\\').is_err());
    assert!(instruction("FROM a", '\\').is_err());
}

#[test]
fn commands_are_json_or_else_for_the_shell() {
    let exec = |words: &[&str]| Command::Exec(strings(words));
    let shell = |text: &str| Command::Shell(text.to_owned());
    let cases = [
        ("CMD [\"a\", \"b c\"]", exec(&["a", "b c"])),
        ("CMD [ ]", exec(&[])),
        ("CMD", shell("")),
        ("CMD [\"a\"] b", shell("[\"a\"] b")),
        ("CMD ['a']", shell("['a']")),
        ("CMD a   b", shell("a   b")),
    ];
    for (text, expected) in cases {
        assert_eq!(kind(text), Kind::Cmd(expected), "{text}");
    }
    let Kind::Copy(copying) = kind("COPY [\"a b\", \"c\"]") else { panic!() };
    assert_eq!((copying.sources, copying.destination), (strings(&["a b"]), "c".to_owned()));
    assert_eq!(kind("VOLUME [\" /a b \"]"), Kind::Volume(strings(&["/a b"])));
    assert_eq!(kind("VOLUME /a  /b"), Kind::Volume(strings(&["/a", "/b"])));
}

#[test]
fn names_and_values_keep_their_quotes_and_order() {
    let pairs = |text: &str| match kind(text) {
        Kind::Env { pairs, legacy } | Kind::Label { pairs, legacy } => {
            let pairs: Vec<String> =
                pairs.into_iter().map(|(name, value)| format!("{name}|{value}")).collect();
            (pairs, legacy)
        }
        other => panic!("{other:?}"),
    };
    let cases: [(&str, &[&str], bool); 6] = [
        ("ENV z=1 a=\"b c\" d='e f' g=h\\ i", &["z|1", "a|\"b c\"", "d|'e f'", "g|h\\ i"], false),
        ("LABEL \"x y\"=z a=b=c e=", &["\"x y\"|z", "a|b=c", "e|"], false),
        ("ENV  a   b  \"c\"  d", &["a|b  \"c\"  d"], true),
        ("ENV a b=c", &["a|b=c"], true),
        ("LABEL a=\"b \\\" c\" d=e", &["a|\"b \\\" c\"", "d|e"], false),
        ("ENV a='b\\' c=d\\", &["a|'b\\'", "c|d"], false),
    ];
    for (text, expected, legacy) in cases {
        assert_eq!(pairs(text), (strings(expected), legacy), "{text}");
    }
    let some = |text: &str| Some(text.to_owned());
    let expected =
        vec![("a".to_owned(), None), ("b".to_owned(), some("\"c d\"")), ("e".to_owned(), some(""))];
    assert_eq!(kind("ARG a b=\"c d\" e="), Kind::Arg(expected));
}

#[test]
fn stages_have_names_platforms_and_comments() {
    let text =
        "ARG v=1\n# other\n# build compiles it\nFrom --platform=$P bb:$v As Build-1.x\n# x\nfrom build\n";
    let file = parsed(&text.replace("Build-1.x", "build"));
    assert_eq!(file.global_args.len(), 1);
    let stage = &file.stages[0];
    assert_eq!((stage.base.as_str(), stage.platform.as_deref()), ("bb:$v", Some("$P")));
    assert_eq!(stage.comment.as_deref(), Some("compiles it"));
    assert_eq!(stage.as_written, Some(("As".to_owned(), "build".to_owned())));
    assert_eq!(parsed(text).stages[0].name.as_deref(), Some("build-1.x"));
    let keywords: Vec<&str> = file.keywords.iter().map(|keyword| keyword.text.as_str()).collect();
    assert_eq!(keywords, ["ARG", "From", "from"]);
    assert_eq!(file.keywords[1].comments, ["other", "build compiles it"]);
}

#[test]
fn flags_of_copy_and_add_are_kept_as_written() {
    let text = "COPY --from=Bb --chown=$u:g --chmod=u+x --link --parents --exclude=a --exclude='b c' x y /z";
    let Kind::Copy(copying) = kind(text) else { panic!() };
    let some = |text: &str| Some(text.to_owned());
    let expected = Copying {
        sources: strings(&["x", "y"]),
        destination: "/z".to_owned(),
        from: some("Bb"),
        chown: some("$u:g"),
        chmod: some("u+x"),
        link: true,
        parents: true,
        exclude: strings(&["a", "b c"]),
        ..Copying::default()
    };
    assert_eq!(copying, expected);
    let Kind::Add(copying) = kind("ADD --keep-git-dir --unpack=FALSE --checksum=sha256:x -- --a b") else {
        panic!()
    };
    assert_eq!((copying.keep_git_dir, copying.unpack), (Some(true), Some(false)));
    assert_eq!(copying.sources, ["--a"]);
    let told = "variable expansion is not supported for --from, define a new stage with FROM using ARG from global \
                scope as a workaround";
    assert_eq!(refused("FROM bb\nCOPY --from=$x a b\n").0, told);
    assert_eq!(
        refused("FROM bb\nADD --checksum=x a b c\n").0,
        "checksum can't be specified for multiple sources"
    );
}

#[test]
fn health_checks_have_times() {
    let text = "HEALTHCHECK --interval=1m30s --timeout=100ms --start-period=0 --retries=3 cmd [\"a\"]";
    let expected = Healthcheck::Command {
        command: Command::Exec(strings(&["a"])),
        interval: 90_000_000_000,
        timeout: 100_000_000,
        start_period: 0,
        start_interval: 0,
        retries: 3,
    };
    assert_eq!(kind(text), Kind::Healthcheck(expected));
    assert_eq!(kind("HEALTHCHECK --interval=1s none"), Kind::Healthcheck(Healthcheck::None));
}

#[test]
fn one_word_instructions_take_the_line() {
    assert_eq!(kind("WORKDIR  /a   b "), Kind::Workdir("/a   b".to_owned()));
    assert_eq!(kind("user a b"), Kind::User("a b".to_owned()));
    assert_eq!(kind("STOPSIGNAL --foo x"), Kind::StopSignal("x".to_owned()));
    assert_eq!(kind("EXPOSE  90 80/TCP\t70"), Kind::Expose(strings(&["70", "80/TCP", "90"])));
    assert_eq!(kind("Maintainer  a b"), Kind::Maintainer("a b".to_owned()));
}

#[test]
fn sizes_are_bounded() {
    let long = "x".repeat(65_536);
    let told = "dockerfile line greater than max allowed size of 65535";
    assert_eq!(refused(&format!("FROM bb\nRUN {long}\nRUN y\n")), (told.to_owned(), 1, 1));
    let fits = "x".repeat(65_530);
    assert!(parse(format!("FROM bb\nRUN {fits}\n").as_bytes()).is_ok());
    assert_eq!(parse(&vec![b'\n'; 17 << 20]).unwrap_err().message, "the Dockerfile is larger than 16 MiB");
    let deep = format!("FROM bb\n{}RUN x\n", "ONBUILD \\\n".repeat(100_000));
    assert!(refused(&deep).0.contains("Chaining ONBUILD"));
    let nested = format!("FROM bb\nCMD {}\n", "[".repeat(60_000));
    assert!(parse(nested.as_bytes()).is_ok());
}
