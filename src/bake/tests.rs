//! Cases: files, what was asked for, and what `docker buildx bake` 0.29 printed for it, or its error.

use super::{BakeWish, Listing, list, print_text, read};
use crate::error::Result;

/// One case of a file of cases.
#[derive(Debug, Default)]
struct Case {
    name: String,
    files: Vec<(String, Vec<u8>)>,
    wish: BakeWish,
    list: Option<String>,
    gives: String,
}

impl Case {
    fn run(&self) -> String {
        let shown: Result<String> = match &self.list {
            Some(what) => Listing::parse(what).and_then(|what| list(&self.files, &self.wish, what)),
            None => read(&self.files, &self.wish).map(|bake| print_text(&bake)),
        };
        shown.unwrap_or_else(|error| format!("ERROR: {error}"))
    }
}

/// Reads cases: a line `# name`, then lines that begin with a word; what such a line introduces stands behind bars.
fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut part = "";
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("# ") {
            let platform = "linux/amd64".to_string();
            let wish = BakeWish { platform, ..BakeWish::default() };
            cases.push(Case { name: name.to_string(), wish, ..Case::default() });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with its name");
        if let Some(content) = line.strip_prefix('|') {
            let content = content.strip_prefix(' ').unwrap_or(content);
            match part {
                "file" => {
                    let file = &mut case.files.last_mut().expect("content follows a name").1;
                    file.extend_from_slice(content.as_bytes());
                    file.push(b'\n');
                }
                "dotenv" => {
                    let file = case.wish.dotenv.get_or_insert_default();
                    file.extend_from_slice(content.as_bytes());
                    file.push(b'\n');
                }
                _ if case.gives.is_empty() => case.gives = content.to_string(),
                _ => case.gives = format!("{}\n{content}", case.gives),
            }
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        part = word;
        match word {
            "file" => case.files.push((rest.to_string(), Vec::new())),
            "env" => {
                let (name, value) = rest.split_once('=').expect("a variable has a value");
                case.wish.environment.insert(name.to_string(), value.to_string());
            }
            "set" => case.wish.overrides.push(rest.to_string()),
            "target" => case.wish.targets.push(rest.to_string()),
            "list" => case.list = Some(rest.to_string()),
            "dotenv" | "gives" => {}
            other => panic!("{}: what is `{other}`?", case.name),
        }
    }
    cases
}

fn check(text: &str, least: usize) {
    let cases = cases(text);
    assert!(cases.len() >= least, "only {} cases", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .map(|case| (case, case.run()))
        .filter(|(case, shown)| *shown != case.gives)
        .map(|(case, shown)| format!("{}\nexpected {}\nshown    {shown}", case.name, case.gives))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

#[test]
fn expressions_have_the_values_buildx_gives_them() {
    check(include_str!("cases/expressions.txt"), 17);
}

#[test]
fn wrong_expressions_are_told_in_the_words_of_buildx() {
    check(include_str!("cases/errors.txt"), 25);
}

#[test]
fn files_of_the_language_are_resolved_as_buildx_does() {
    check(include_str!("cases/language.txt"), 80);
}

#[test]
fn compose_files_are_targets_as_in_buildx() {
    check(include_str!("cases/compose.txt"), 20);
}

/// What one file named `docker-bake.hcl` gives.
fn hcl(text: &str) -> Result<super::Bake> {
    read(&[("docker-bake.hcl".to_string(), text.as_bytes().to_vec())], &BakeWish::default())
}

#[test]
fn what_is_printed_reads_as_the_same() {
    for case in cases(include_str!("cases/language.txt")).iter().filter(|case| case.list.is_none()) {
        let Ok(bake) = read(&case.files, &case.wish) else { continue };
        let text = print_text(&bake);
        let again = read(&[("x.json".to_string(), text.clone().into_bytes())], &BakeWish::default()).unwrap();
        assert_eq!(print_text(&again), text, "{}", case.name);
    }
}

#[test]
fn a_target_is_built_behind_those_it_takes_files_from() {
    let bake = hcl("target \"default\" {\n contexts = { x = \"target:z\" }\n}\ntarget \"z\" {}\n").unwrap();
    assert_eq!(bake.order, ["z", "default"]);
    assert!(bake.targets["z"].linked && !bake.targets["default"].linked);
}

#[test]
fn overridden_networks_ulimits_and_filters_are_kept() {
    // buildx 0.29 sets the network to nothing here, and drops the others.
    let wish = BakeWish {
        overrides: ["network=none", "ulimits=nofile=1", "no-cache-filter=a"]
            .map(|text| format!("*.{text}"))
            .into(),
        ..BakeWish::default()
    };
    let files = [("docker-bake.hcl".to_string(), b"target \"default\" {}\n".to_vec())];
    let target = &read(&files, &wish).unwrap().targets["default"];
    assert_eq!(target.network.as_deref(), Some("none"));
    assert_eq!(
        (&target.ulimits[..], &target.no_cache_filter[..]),
        (&["nofile=1".to_string()][..], &["a".to_string()][..])
    );
}

#[test]
fn the_environment_can_be_kept_out() {
    let files =
        [("a.hcl".to_string(), b"variable \"A\" {}\ntarget \"default\" {\n args = { a = A }\n}\n".to_vec())];
    let mut wish = BakeWish::default();
    wish.environment.insert("A".to_string(), "x".to_string());
    assert_eq!(read(&files, &wish).unwrap().targets["default"].args["a"], "x");
    wish.environment.insert("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP".to_string(), "1".to_string());
    assert_eq!(read(&files, &wish).unwrap().targets["default"].args["a"], "");
    wish.variables.insert("A".to_string(), "y".to_string());
    assert_eq!(read(&files, &wish).unwrap().targets["default"].args["a"], "y");
}

#[test]
fn times_come_from_the_clock_that_is_handed_in() {
    let files = [("a.hcl".to_string(), b"target \"default\" {\n args = { a = timestamp() }\n}\n".to_vec())];
    let wish = BakeWish { now: 1_700_000_000, ..BakeWish::default() };
    assert_eq!(read(&files, &wish).unwrap().targets["default"].args["a"], "2023-11-14T22:13:20Z");
}

#[test]
fn large_wishes_of_small_files_are_refused() {
    let doubling: String = (1..60)
        .map(|n| format!("variable \"V{n}\" {{ default = \"${{V{}}}${{V{}}}\" }}\n", n - 1, n - 1))
        .collect();
    let chain: String =
        (1..2000).map(|n| format!("variable \"V{n}\" {{ default = V{} }}\n", n + 1)).collect();
    let functions: String = (1..2000)
        .map(|n| format!("function \"f{n}\" {{\n params = [x]\n result = f{}(x)\n}}\n", n + 1))
        .collect();
    let axis = format!("[{}]", vec!["\"a\""; 200].join(","));
    let inherits: String =
        (1..2000).map(|n| format!("target \"t{n}\" {{ inherits = [\"t{}\"] }}\n", n + 1)).collect();
    let groups: String =
        (1..2000).map(|n| format!("group \"g{n}\" {{ targets = [\"g{}\"] }}\n", n + 1)).collect();
    for (name, text) in [
        ("doubling", format!("variable \"V0\" {{ default = \"xxxxxxxxxxxxxxxx\" }}\n{doubling}")),
        ("a chain of variables", format!("{chain}variable \"V2000\" {{ default = 1 }}\n")),
        (
            "a chain of functions",
            format!("{functions}function \"f2000\" {{\n params = [x]\n result = x\n}}\n"),
        ),
        (
            "a matrix",
            format!("target \"default\" {{\n name = \"x\"\n matrix = {{ a = {axis}, b = {axis} }}\n}}\n"),
        ),
        ("parents", format!("{inherits}target \"t2000\" {{}}\ngroup \"default\" {{ targets = [\"t1\"] }}\n")),
        ("groups", format!("{groups}target \"g2000\" {{}}\ngroup \"default\" {{ targets = [\"g1\"] }}\n")),
        ("width", "target \"default\" {\n args = { a = format(\"%999999999s\", \"x\") }\n}\n".to_string()),
        (
            "depth",
            format!(
                "target \"default\" {{\n args = {{ a = {}1{} }}\n}}\n",
                "(".repeat(5000),
                ")".repeat(5000)
            ),
        ),
        ("range", "target \"default\" {\n args = { a = length(range(1e9)) }\n}\n".to_string()),
        ("a file", " ".repeat(super::LARGEST_FILE + 1)),
    ] {
        assert!(hcl(&text).is_err(), "{name}");
    }
}

#[test]
fn yaml_cannot_blow_up() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x]\n".to_string();
    for n in 1..12 {
        let refs = vec![format!("*a{}", n - 1); 8].join(",");
        text.push_str(&format!("a{n}: &a{n} [{refs}]\n"));
    }
    text.push_str("services:\n  web:\n    build: .\n");
    let deep = format!("services: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    for text in [text, deep] {
        assert!(read(&[("compose.yaml".to_string(), text.into_bytes())], &BakeWish::default()).is_err());
    }
}
