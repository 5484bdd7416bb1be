//! All sources together.

use super::*;
use std::path::Path;

struct Host {
    folder: tempfile::TempDir,
    places: Places,
}

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::below(folder.path());
        Self { folder, places }
    }

    fn with(self, file: &str, text: &str) -> Self {
        let path = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        crate::durable::replace(&path, text.as_bytes()).unwrap();
        self
    }

    fn settings(&self, own: serde_json::Value) -> Settings {
        self.try_settings(own).unwrap()
    }

    fn try_settings(&self, own: serde_json::Value) -> Result<Settings> {
        let registries = serde_json::from_value(own).unwrap();
        Settings::load(&Config { registries, ..Config::default() }, &self.places)
    }
}

fn none() -> serde_json::Value {
    serde_json::json!({})
}

/// `host/repository`, with `!` behind what need prove nothing.
fn asked(settings: &Settings, reference: &str, purpose: Purpose) -> Vec<String> {
    let endpoints = settings.endpoints(&reference.parse().unwrap(), None, purpose).unwrap();
    let shown = endpoints.iter().map(|endpoint| {
        let mark = if endpoint.security == Security::Lenient { "!" } else { "" };
        format!("{}/{}{mark}", endpoint.host, endpoint.repository)
    });
    shown.collect()
}

fn pulled(settings: &Settings, reference: &str) -> Vec<String> {
    asked(settings, reference, Purpose::Pull)
}

const SYSTEM: &str = "etc/containers/registries.conf";
const USER: &str = "home/.config/containers/registries.conf";

#[test]
fn without_any_file_names_are_where_they_say() {
    let settings = Host::new().settings(none());
    for (reference, wanted) in [
        ("alpine", "registry-1.docker.io/library/alpine"),
        ("quay.io/x/y:1", "quay.io/x/y"),
        ("localhost:5000/x", "localhost:5000/x!"),
        ("127.0.0.2/x", "127.0.0.2/x!"),
        ("[::1]:5000/x", "[::1]:5000/x!"),
        ("10.0.0.1:5000/x", "10.0.0.1:5000/x"),
    ] {
        assert_eq!(pulled(&settings, reference), [wanted], "{reference}");
        assert_eq!(asked(&settings, reference, Purpose::Push), [wanted], "{reference}");
    }
    let endpoint = settings.registry_endpoint(&Server::parse("https://index.docker.io/v1/").unwrap(), None);
    let endpoint = endpoint.unwrap();
    assert_eq!((endpoint.registry.as_str(), endpoint.repository.as_str()), ("docker.io", ""));
    assert_eq!(settings.warnings, [""; 0]);
}

#[test]
fn the_flag_decides_over_everything() {
    let host = Host::new().with(SYSTEM, "[[registry]]\nlocation = 'a.b'\ninsecure = true");
    let settings = host.settings(serde_json::json!({"insecure": ["c.d"]}));
    for reference in ["a.b/x", "c.d/x", "localhost/x", "e.f/x"] {
        for (flag, security) in [(true, Security::Verified), (false, Security::Lenient)] {
            let endpoints = settings.endpoints(&reference.parse().unwrap(), Some(flag), Purpose::Pull);
            assert_eq!(endpoints.unwrap()[0].security, security, "{reference} {flag}");
        }
    }
}

#[test]
fn earlier_sources_are_heard_first() {
    let host = Host::new()
        .with(SYSTEM, "[[registry]]\nlocation = 'a.b'\ninsecure = false\n[[registry]]\nlocation = 'c.d:80'\ninsecure = true")
        .with("etc/docker/daemon.json", r#"{"insecure-registries": ["a.b", "e.f", "10.0.0.0/8"]}"#);
    let settings = host.settings(serde_json::json!({"insecure": ["g.h"]}));
    for (reference, wanted) in [
        ("a.b/x", "a.b/x"),
        ("c.d:80/x", "c.d:80/x!"),
        ("c.d/x", "c.d/x"),
        ("e.f/x", "e.f/x!"),
        ("10.9.9.9:5000/x", "10.9.9.9:5000/x!"),
        ("g.h/x", "g.h/x!"),
    ] {
        assert_eq!(pulled(&settings, reference), [wanted], "{reference}");
    }
    let settings = host.settings(serde_json::json!({"insecure": ["a.b"]}));
    assert_eq!(pulled(&settings, "a.b/x"), ["a.b/x!"]);
}

#[test]
fn mirrors_are_asked_in_order_and_never_pushed_to() {
    let host = Host::new()
        .with(SYSTEM, "[[registry]]\nlocation = 'docker.io'\n[[registry.mirror]]\nlocation = 'p.m/hub'\ninsecure = true")
        .with("etc/docker/daemon.json", r#"{"registry-mirrors": ["http://d.m:80"]}"#);
    let hub = "registry-1.docker.io/library/x";
    let own = serde_json::json!({"mirrors": {"docker.io": ["https://o.m/a/b/", "http://p.m:8080"]}});
    let settings = host.settings(own);
    assert_eq!(pulled(&settings, "x"), ["o.m/a/b/library/x", "p.m:8080/library/x!", hub]);
    assert_eq!(asked(&settings, "x", Purpose::Push), [hub]);
    assert_eq!(pulled(&host.settings(none()), "x"), ["p.m/hub/library/x!", hub]);
    let none_at_all = host.settings(serde_json::json!({"mirrors": {"docker.io": []}}));
    assert_eq!(pulled(&none_at_all, "x"), [hub]);
    let host = host.with(SYSTEM, "");
    assert_eq!(pulled(&host.settings(none()), "x"), ["d.m:80/library/x!", hub]);
    assert_eq!(pulled(&host.settings(none()), "quay.io/x"), ["quay.io/x"]);
}

#[test]
fn credentials_of_a_mirror_are_looked_up_under_its_own_name() {
    let settings = Host::new().settings(serde_json::json!({"mirrors": {"a.b": ["https://m.m:8443/x"]}}));
    let endpoints = settings.endpoints(&"a.b/y".parse().unwrap(), None, Purpose::Pull).unwrap();
    let registries: Vec<_> = endpoints.iter().map(|endpoint| endpoint.registry.as_str()).collect();
    assert_eq!(registries, ["m.m:8443", "a.b"]);
}

#[test]
fn registries_conf_redirects_reading_alone() {
    let settings = Host::new()
        .with(
            SYSTEM,
            "[[registry]]\nprefix = 'a.b/foo'\nlocation = 'i.n/bar'\n\
             [[registry.mirror]]\nlocation = 'm.0/for-foo'\n\
             [[registry.mirror]]\nlocation = 'm.1/foo'\npull-from-mirror = 'digest-only'\n\
             [[registry.mirror]]\nlocation = 'm.2/foo'\npull-from-mirror = 'tag-only'\n\
             [[registry]]\nprefix = '*.w.x'\nlocation = 'i.n/w'\n\
             [[registry]]\nprefix = '*.y.z'\ninsecure = true\n\
             [[registry]]\nlocation = 'q.r'\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = 'm.3'\n",
        )
        .settings(none());
    let digest = format!("@sha256:{}", "a".repeat(64));
    for (reference, wanted) in [
        ("a.b/foo/image:1".to_owned(), &["m.0/for-foo/image", "m.2/foo/image", "i.n/bar/image"][..]),
        (format!("a.b/foo/image:1{digest}"), &["m.0/for-foo/image", "m.1/foo/image", "i.n/bar/image"]),
        ("a.b/foo".to_owned(), &["m.0/for-foo", "m.2/foo", "i.n/bar"]),
        ("a.b/food".to_owned(), &["a.b/food"]),
        ("v.w.x/y/z".to_owned(), &["i.n/w/y/z"]),
        ("x.y.z/y".to_owned(), &["x.y.z/y!"]),
        ("q.r/x".to_owned(), &["q.r/x"]),
        (format!("q.r/x{digest}"), &["m.3/x", "q.r/x"]),
    ] {
        assert_eq!(pulled(&settings, &reference), wanted, "{reference}");
    }
    assert_eq!(asked(&settings, "a.b/foo/image", Purpose::Push), ["a.b/foo/image"]);
    assert_eq!(settings.warnings, [""; 0]);
}

#[test]
fn what_is_blocked_is_told_with_the_file_that_says_so() {
    let host = Host::new().with(USER, "[[registry]]\nprefix = '*.bad.example'\nblocked = true");
    let settings = host.settings(serde_json::json!({"blocked": ["evil.example", "a.b/x"]}));
    for (reference, file) in [
        ("evil.example/x", ".config/rcon/config.json blocks `evil.example`"),
        ("EVIL.example:443/x", ".config/rcon/config.json blocks `evil.example`"),
        ("a.b/x/y:1", ".config/rcon/config.json blocks `a.b/x`"),
        ("very.bad.example/x", "containers/registries.conf blocks `*.bad.example`"),
    ] {
        for purpose in [Purpose::Pull, Purpose::Push] {
            let error = settings.endpoints(&reference.parse().unwrap(), None, purpose).unwrap_err();
            assert_eq!(error.kind, Kind::Denied);
            assert!(error.to_string().ends_with(file), "{error}");
        }
    }
    assert!(settings.registry_endpoint(&Server::parse("evil.example").unwrap(), None).is_err());
    assert_eq!(pulled(&settings, "a.b/y"), ["a.b/y"]);
    assert_eq!(pulled(&settings, "not-evil.example/y"), ["not-evil.example/y"]);
}

#[test]
fn no_way_around_leads_to_what_we_block_ourselves() {
    let host = Host::new().with(
        SYSTEM,
        "[[registry]]\nlocation = 'a.b'\n[[registry.mirror]]\nlocation = 'evil.example'\n\
         [[registry]]\nprefix = 'c.d'\nlocation = 'evil.example/c'",
    );
    let settings = host.settings(serde_json::json!({"blocked": ["evil.example"]}));
    assert_eq!(pulled(&settings, "a.b/x"), ["a.b/x"]);
    assert!(settings.endpoints(&"c.d/x".parse().unwrap(), None, Purpose::Pull).is_err());
}

#[test]
fn the_users_file_is_read_in_place_of_the_systems_and_drop_ins_over_both() {
    let host = Host::new()
        .with(SYSTEM, "unqualified-search-registries = ['system.x']\n[aliases]\na = 'system.x/a'")
        .with(
            "etc/containers/registries.conf.d/10.conf",
            "[aliases]\nb = 'system.x/b'\nc = 'system.x/c'\nd = 'system.x/d'",
        )
        .with("etc/containers/registries.conf.d/10.txt", "not toml")
        .with("home/.cache/containers/short-name-aliases.conf", "[aliases]\nd = 'cache.x/d'");
    let candidates =
        |host: &Host, typed: &str| host.settings(none()).candidates(typed).unwrap()[0].canonical();
    assert_eq!(candidates(&host, "z"), "system.x/z");
    assert_eq!(candidates(&host, "a"), "system.x/a");
    assert_eq!(candidates(&host, "d"), "cache.x/d");
    let mut host = host
        .with(USER, "unqualified-search-registries = ['user.x']")
        .with("home/.config/containers/registries.conf.d/20.conf", "[aliases]\nb = 'user.x/b'\nc = ''");
    assert_eq!(candidates(&host, "z"), "user.x/z");
    assert_eq!(candidates(&host, "a"), "user.x/a");
    assert_eq!(candidates(&host, "b"), "user.x/b");
    assert_eq!(candidates(&host, "c"), "user.x/c");
    host.places.environment.registries_conf = Some("/dev/null".into());
    assert_eq!(candidates(&host, "z"), "docker.io/library/z");
}

#[test]
fn a_drop_in_replaces_the_table_of_the_same_prefix() {
    let settings = Host::new()
        .with(SYSTEM, "[[registry]]\nlocation = 'a.b'\ninsecure = true")
        .with("etc/containers/registries.conf.d/1.conf", "[[registry]]\nlocation = 'a.b'")
        .settings(none());
    assert_eq!(pulled(&settings, "a.b/x"), ["a.b/x"]);
}

#[test]
fn another_tools_broken_file_is_skipped_with_a_warning() {
    let settings = Host::new()
        .with(SYSTEM, "unqualified-search-registries = ['a.b']\n[[registry]]\nlocation = 'https://x'")
        .with("etc/containers/registries.conf.d/1.conf", "[registries.search]\nregistries = ['c.d']")
        .with("etc/docker/daemon.json", "{")
        .settings(none());
    assert_eq!(settings.candidates("x").unwrap()[0].canonical(), "docker.io/library/x");
    for (warning, words) in settings.warnings.iter().zip([
        "registries.conf: `https://x` is neither of the form host[:port][/path] nor *.domain",
        "1.conf: it is of version 1",
        "daemon.json: EOF while parsing",
    ]) {
        assert!(warning.contains(words), "{warning}");
    }
    assert_eq!(settings.warnings.len(), 3);
}

#[test]
fn our_own_broken_file_is_an_error_with_its_key() {
    for (own, words) in [
        (
            serde_json::json!({"default": "mirror"}),
            "`registries.default`: no name of an image can begin with `mirror`",
        ),
        (serde_json::json!({"default": "a b"}), "`registries.default`: `a b` is not of the form"),
        (serde_json::json!({"insecure": ["10.0.0.0/40"]}), "`registries.insecure`: `10.0.0.0/40` is neither"),
        (serde_json::json!({"mirrors": {"a.b": ["ftp://x"]}}), "`registries.mirrors`: `ftp://x` is not"),
        (serde_json::json!({"blocked": ["*"]}), "`registries.blocked`: `*` is neither"),
    ] {
        let error = Host::new().try_settings(own).unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        let words = format!(".config/rcon/config.json is wrong: {words}");
        assert!(error.to_string().contains(&words), "{error}");
    }
}

#[test]
fn the_text_of_registries_conf_is_checked() {
    for (text, words) in [
        ("x =", "at line 1"),
        ("\n\nunqualified-search-registries = 'a.b'", "at line 3"),
        ("unqualified-search-registries = ['registry']", "neither dot nor port"),
        ("[[registry]]", "neither prefix nor location"),
        ("[[registry]]\nprefix = 'a.b'", "has no location"),
        ("[[registry]]\nprefix = 'a.b'\nlocation = 'c.d/x:1'", "`c.d/x:1` is not of the form"),
        ("[[registry]]\nlocation = 'a.b'\n[[registry.mirror]]", "`` is not of the form"),
        (
            "[[registry]]\nlocation = 'a.b'\n[[registry.mirror]]\nlocation = 'c.d'\npull-from-mirror = 'x'",
            "pull-from-mirror is `x`",
        ),
        (
            "[[registry]]\nlocation = 'a.b'\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = 'c.d'\n\
             pull-from-mirror = 'all'",
            "exclude each other",
        ),
        ("[aliases]\nx = 'y'", "no name of a repository"),
        ("[aliases]\nx = 'a.b/y:1'", "no name of a repository"),
    ] {
        let why = Conf::parse(text, Path::new("f")).unwrap_err();
        assert!(why.contains(words), "{text}: {why}");
    }
    assert!(Conf::parse("short-name-mode = 'enforcing'\ncredential-helpers = ['x']", Path::new("f")).is_ok());
    assert!(Conf::parse(&"[".repeat(100_000), Path::new("f")).is_err());
    assert!(Conf::parse(&format!("x = {}", "[".repeat(100_000)), Path::new("f")).is_err());
}

#[test]
fn certificates_lie_under_the_name_of_the_registry() {
    let host = Host::new().with("etc/docker/certs.d/docker.io/ca.crt", "");
    let endpoints = host.settings(none()).endpoints(&"alpine".parse().unwrap(), None, Purpose::Pull).unwrap();
    assert_eq!(endpoints[0].trust.authorities.len(), 1);
}
