//! Any text as podman's registries.conf: it is skipped, or every name leads to hosts without a path in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::config::Config;
use rcon::registry::places::{Environment, Places};
use rcon::registry::settings::{Purpose, Settings};
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
        environment: Environment { registries_conf: Some(file.path().into()), ..Environment::default() },
    };
    let settings =
        Settings::load(&Config::default(), &places).expect("another tool's file is never an error");
    for typed in ["x", "a.b/x:1", "c.a.b:80/x/y"] {
        let references = settings.candidates(typed).unwrap_or_default();
        for reference in references {
            for endpoint in settings.endpoints(&reference, None, Purpose::Pull).unwrap_or_default() {
                assert!(!endpoint.host.is_empty() && !endpoint.host.contains(['/', '@', '?', '#']));
                assert!(!endpoint.repository.split('/').any(|part| part == ".."));
            }
        }
    }
});
