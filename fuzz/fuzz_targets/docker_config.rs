//! Any text as docker's config.json or podman's auth.json: a credential is for somebody, or is an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::registry::credential::Credential;
use rcon::registry::credentials::Credentials;
use rcon::registry::places::{Environment, Places};
use std::io::Write;

fuzz_target!(|text: &str| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("writing it");
    let nowhere = || "/nonexistent".into();
    let places = Places {
        config: nowhere(),
        home: nowhere(),
        config_home: nowhere(),
        cache_home: nowhere(),
        runtime_home: None,
        etc: nowhere(),
        environment: Environment { auth_file: Some(file.path().into()), ..Environment::default() },
    };
    for registry in ["docker.io", "a.b/c/d", "localhost:5000"] {
        let found = Credentials::load(&places).and_then(|credentials| credentials.get(registry));
        if let Ok(Some(Credential::Password { user, .. })) = found {
            assert!(!user.is_empty());
        }
    }
});
