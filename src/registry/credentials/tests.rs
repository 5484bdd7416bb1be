//! Look-up and change over all files.

use super::*;
use crate::durable;
use crate::registry::credentials::helper::tests::program;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

struct Host {
    folder: tempfile::TempDir,
    places: Places,
}

const DOCKER: &str = "home/.docker/config.json";
const RUNTIME: &str = "run/containers/auth.json";
const PODMAN: &str = "home/.config/containers/auth.json";

impl Host {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut places = Places::below(folder.path());
        let bin = folder.path().join("bin");
        places.environment.path = Some(bin.into_os_string());
        Self { folder, places }
    }

    fn with(self, file: &str, content: Value) -> Self {
        self.text(file, &content.to_string())
    }

    fn text(self, file: &str, text: &str) -> Self {
        let path = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        durable::replace(&path, text.as_bytes()).unwrap();
        self
    }

    /// A helper that knows `a.b`, and writes down what it is asked.
    fn with_helper(self, name: &str) -> Self {
        let script = "read -r line\necho \"$1 $line\" >>\"${0%/*}/asked\"\ncase \"$1 $line\" in\n\
                      'get a.b') echo '{\"Username\": \"<token>\", \"Secret\": \"kept\"}';;\n\
                      'list '*) echo '{\"a.b\": \"x\", \"c.d\": \"y\"}';;\n\
                      get*) echo 'credentials not found in native keychain'; exit 1;;\nesac";
        std::fs::create_dir_all(self.folder.path().join("bin")).unwrap();
        program(&self.folder.path().join(format!("bin/docker-credential-{name}")), script);
        self
    }

    fn asked(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("bin/asked")).unwrap_or_default()
    }

    fn credentials(&self) -> Credentials {
        Credentials::load(&self.places).unwrap()
    }

    /// `user:password`, or the kind of token.
    fn get(&self, registry: &str) -> Option<String> {
        self.credentials().get(registry).unwrap().map(|credential| match credential {
            Credential::Password { user, password } => format!("{user}:{password}"),
            Credential::IdentityToken(token) => format!("identity {token}"),
            Credential::RegistryToken(token) => format!("registry {token}"),
        })
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap()
    }
}

fn server(text: &str) -> Server {
    Server::parse(text).unwrap()
}

fn password(user: &str, password: &str) -> Credential {
    Credential::Password { user: user.into(), password: password.into() }
}

/// `me:secret`
const AUTH: &str = "bWU6c2VjcmV0";

#[test]
fn entries_are_read_in_every_form() {
    let host = Host::new().with(
        DOCKER,
        json!({"auths": {
            "a.b": {"auth": AUTH},
            "c.d": {"username": "you", "password": "p:q"},
            "e.f": {"auth": "bWU6", "identitytoken": "t1"},
            "g.h": {"registrytoken": "t2", "auth": null},
            "i.j": {},
            "k.l": null,
            "m.n": {"auth": "bWU6c2VjcmV0AAAA"},
        }}),
    );
    for (registry, wanted) in [
        ("a.b", Some("me:secret")),
        ("c.d", Some("you:p:q")),
        ("e.f", Some("identity t1")),
        ("g.h", Some("registry t2")),
        ("i.j", None),
        ("k.l", None),
        ("m.n", Some("me:secret")),
        ("o.p", None),
        ("", None),
    ] {
        assert_eq!(host.get(registry).as_deref(), wanted, "{registry}");
    }
}

#[test]
fn no_registry_gets_the_credential_of_another() {
    let entries =
        json!({"auths": {"https://index.docker.io/v1/": {"auth": AUTH}, "azurecr.io": {"auth": AUTH}}});
    let host = Host::new().with(DOCKER, entries.clone()).with(PODMAN, entries);
    for strange in [
        "evil.azurecr.io",
        "azurecr.io.attacker.test",
        "azurecr.io:5000",
        "zurecr.io",
        "docker.io.evil.test",
        "quay.io",
        "localhost:5000",
    ] {
        assert_eq!(host.get(strange), None, "{strange}");
    }
    for hub in ["docker.io", "index.docker.io", "https://index.docker.io/v1/", "docker.io/library/alpine"] {
        assert_eq!(host.get(hub).as_deref(), Some("me:secret"), "{hub}");
    }
}

#[test]
fn namespaces_are_looked_up_outwards() {
    let auth = |text: &str| json!({"auth": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)});
    let host = Host::new().with(
        PODMAN,
        json!({"auths": {"a.b/c/d": auth("image:1"), "a.b/c": auth("space:1"), "a.b": auth("all:1"), "e.f/g": auth("g:1")}}),
    );
    for (repository, wanted) in [
        ("a.b/c/d", Some("image:1")),
        ("a.b/c/x", Some("space:1")),
        ("a.b/cc", Some("all:1")),
        ("a.b", Some("all:1")),
        ("e.f/g/h", Some("g:1")),
        ("e.f", None),
        ("e.f/gg", None),
    ] {
        assert_eq!(host.get(repository).as_deref(), wanted, "{repository}");
    }
}

#[test]
fn files_are_asked_in_order_and_a_named_one_alone() {
    let entry =
        |user: &str| json!({"auths": {"a.b": {"username": user, "password": "p"}, (user): {"auth": AUTH}}});
    let mut host =
        Host::new().with(DOCKER, entry("d.d")).with(RUNTIME, entry("r.r")).with(PODMAN, entry("p.p"));
    assert_eq!(host.get("a.b").as_deref(), Some("d.d:p"));
    assert!(host.get("r.r").is_some() && host.get("p.p").is_some());
    assert_eq!(
        host.credentials().elsewhere(&server("p.p")).unwrap(),
        Some(host.folder.path().join(PODMAN).as_path())
    );
    assert_eq!(host.credentials().elsewhere(&server("d.d")).unwrap(), None);
    host.places.environment.auth_file = Some(host.folder.path().join(RUNTIME));
    assert_eq!(host.get("a.b").as_deref(), Some("r.r:p"));
    assert_eq!(host.get("d.d"), None);
    host.places.environment.auth_file = Some("/nonexistent/auth.json".into());
    assert_eq!(host.get("a.b"), None);
    host.places.environment.auth_file = None;
    host.places.environment.docker_config = Some(host.folder.path().join("run/containers"));
    assert_eq!(host.get("a.b").as_deref(), Some("r.r:p"), "auth.json, since there is no config.json");
}

#[test]
fn a_broken_file_or_entry_is_told_without_its_values() {
    for (text, words) in [
        ("{", "EOF while parsing"),
        ("[]", "it is not an object"),
        (r#"{"auths": "marker"}"#, "`auths` is not an object"),
        (r#"{"credHelpers": {"a.b": ["marker"]}}"#, "`credHelpers` is not an object of texts"),
        (r#"{"credsStore": {"marker": 1}}"#, "`credsStore` is not a text"),
        (r#"{"auths": {"a.b": "marker"}}"#, "it is not an object"),
        (r#"{"auths": {"a.b": {"auth": ["marker"]}}}"#, "a value in it is not a text"),
        (r#"{"auths": {"a.b": {"auth": "marker!"}}}"#, "`auth` is not base64"),
        (r#"{"auths": {"a.b": {"auth": "bWFya2Vy"}}}"#, "`auth` is not base64 of user:password"),
    ] {
        let host = Host::new().text(DOCKER, text);
        let error = Credentials::load(&host.places).and_then(|all| all.get("a.b")).unwrap_err();
        let words_of = error.to_string();
        assert!(words_of.contains(words) && words_of.contains(".docker/config.json"), "{words_of}");
        assert!(!words_of.contains("marker") && !words_of.contains("bWFya2Vy"), "{words_of}");
    }
}

#[test]
fn nothing_shows_a_secret() {
    let host = Host::new().with(DOCKER, json!({"auths": {"a.b": {"auth": AUTH, "identitytoken": "marker"}}}));
    let shown = format!("{:?} {:?}", host.credentials(), host.credentials().get("a.b").unwrap());
    assert!(!shown.contains("marker") && !shown.contains(AUTH), "{shown}");
}

#[test]
fn storing_keeps_every_other_key_and_the_order() {
    let before = r#"{"zeta": 1, "auths": {"z.z": {"auth": "x"}, "docker.io": {"auth": "old"}, "a.a": {}}, "HttpHeaders": {"b": "1", "a": "2"}}"#;
    let host = Host::new().text(DOCKER, before);
    let keeper = host.credentials().store(&server("docker.io"), "me", &password("me", "secret")).unwrap();
    assert_eq!(keeper, Keeper::File(host.folder.path().join(DOCKER)));
    let wanted = "{\n\t\"zeta\": 1,\n\t\"auths\": {\n\t\t\"z.z\": {\n\t\t\t\"auth\": \"x\"\n\t\t},\n\t\t\"a.a\": {},\n\
                  \t\t\"https://index.docker.io/v1/\": {\n\t\t\t\"auth\": \"bWU6c2VjcmV0\"\n\t\t}\n\t},\n\
                  \t\"HttpHeaders\": {\n\t\t\"b\": \"1\",\n\t\t\"a\": \"2\"\n\t}\n}";
    assert_eq!(host.read(DOCKER), wanted);
    assert_eq!(host.get("docker.io").as_deref(), Some("me:secret"));
    assert!(host.credentials().erase(&server("index.docker.io")).unwrap());
    assert!(!host.credentials().erase(&server("docker.io")).unwrap());
    assert_eq!(host.get("docker.io"), None);
    let after: Value = serde_json::from_str(&host.read(DOCKER)).unwrap();
    let keys: Vec<_> = after.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["zeta", "auths", "HttpHeaders"]);
    assert_eq!(after["auths"], json!({"z.z": {"auth": "x"}, "a.a": {}}));
}

#[test]
fn a_file_is_made_for_the_user_alone() {
    let host = Host::new();
    host.credentials().store(&server("a.b"), "me", &Credential::IdentityToken("t".into())).unwrap();
    let mode =
        |file: &str| std::fs::metadata(host.folder.path().join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(DOCKER), mode("home/.docker")), (0o600, 0o700));
    assert_eq!(host.get("a.b").as_deref(), Some("identity t"));
    let file = host.folder.path().join(DOCKER);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    host.credentials().store(&server("c.d"), "me", &password("me", "p")).unwrap();
    assert_eq!(mode(DOCKER), 0o600);
    assert!(host.get("a.b").is_some());
}

#[test]
fn a_link_is_followed_to_what_it_names() {
    for link_target in ["../real/there.json", "../real/missing.json"] {
        let host = Host::new().with("home/real/there.json", json!({"x": 1}));
        std::fs::create_dir_all(host.folder.path().join("home/.docker")).unwrap();
        let link = host.folder.path().join(DOCKER);
        std::os::unix::fs::symlink(link_target, &link).unwrap();
        host.credentials().store(&server("a.b"), "me", &password("me", "p")).unwrap();
        assert!(link.is_symlink());
        assert!(link.canonicalize().unwrap().ends_with(&link_target[3..]));
        assert_eq!(host.get("a.b").as_deref(), Some("me:p"));
    }
    let host = Host::new();
    std::fs::create_dir_all(host.folder.path().join("home/.docker")).unwrap();
    std::os::unix::fs::symlink("config.json", host.folder.path().join(DOCKER)).unwrap();
    assert!(Credentials::load(&host.places).is_err());
}

#[test]
fn a_helper_is_asked_in_place_of_the_file() {
    let host = Host::new()
        .with(
            DOCKER,
            json!({"auths": {"a.b": {"auth": AUTH}, "c.d": {"auth": AUTH}, "e.f": {"auth": AUTH}},
                             "credsStore": "all", "credHelpers": {"https://c.d": "one", "e.f": ""}}),
        )
        .with_helper("all")
        .with_helper("one");
    assert_eq!(host.get("a.b/x").as_deref(), Some("identity kept"));
    assert_eq!(host.get("c.d"), None);
    assert_eq!(host.get("e.f").as_deref(), Some("me:secret"), "an empty name means the file");
    assert_eq!(host.get("docker.io"), None);
    assert_eq!(host.asked(), "get a.b\nget c.d\nget https://index.docker.io/v1/\n");
}

#[test]
fn a_helper_keeps_and_forgets() {
    let host = Host::new().with(DOCKER, json!({"credsStore": "all"})).with_helper("all");
    let keeper = host.credentials().store(&server("a.b"), "me", &password("me", "secret")).unwrap();
    assert_eq!(keeper, Keeper::Helper);
    assert!(!host.read(DOCKER).contains("secret"));
    assert!(host.read(DOCKER).contains("\"a.b\": {}"));
    assert!(host.credentials().erase(&server("a.b")).unwrap());
    assert!(!host.credentials().erase(&server("x.y")).unwrap());
    host.credentials().erase_all().unwrap();
    let wanted = "store {\"ServerURL\":\"a.b\",\"Username\":\"me\",\"Secret\":\"secret\"}\n\
                  get a.b\nerase a.b\nget x.y\nerase x.y\nlist \nerase a.b\nerase c.d\n";
    assert_eq!(host.asked(), wanted);
}

#[test]
fn a_missing_helper_is_never_gone_around() {
    let host = Host::new()
        .with(DOCKER, json!({"auths": {"a.b": {"auth": AUTH}}, "credHelpers": {"a.b": "gone"}}))
        .with(PODMAN, json!({"auths": {"a.b": {"auth": AUTH}}}));
    let credentials = host.credentials();
    assert!(
        credentials.get("a.b").unwrap_err().to_string().contains("docker-credential-gone is not in PATH")
    );
    assert!(credentials.store(&server("a.b"), "me", &password("me", "p")).is_err());
    assert!(credentials.erase(&server("a.b")).is_err());
    assert_eq!(credentials.get("c.d").unwrap(), None);
}
