//! The one configuration file of a user, `config.json`; see [`crate::paths::Paths::config`] for where it is.
//!
//! ```json
//! {
//!     "detachKeys": "ctrl-e,e",
//!     "psFormat": "table {{.ID}}\\t{{.Names}}\\t{{.Status}}",
//!     "imagesFormat": "table {{.Repository}}\\t{{.Tag}}\\t{{.Size}}",
//!     "registries": {
//!         "default": "docker.io",
//!         "insecure": ["registry.lan:5000", "10.0.0.0/8"],
//!         "mirrors": {"docker.io": ["https://mirror.example/hub"]},
//!         "blocked": ["evil.example", "*.evil.example"]
//!     }
//! }
//! ```
//!
//! | key              | what it says                                                          | when it is not there |
//! |------------------|-----------------------------------------------------------------------|----------------------|
//! | `detachKeys`     | keys that detach from a container, as `--detach-keys` takes them      | `ctrl-p,ctrl-q`      |
//! | `psFormat`       | the template of `ps`, where neither `--format` nor `-q` is given      | docker's table       |
//! | `imagesFormat`   | the template of `images`, likewise                                    | docker's table       |
//! | `networksFormat` | the template of `network ls`, likewise                                | docker's table       |
//! | `registries`     | where images come from, see below                                     | other tools' files   |
//! | `network`        | how containers reach the world, see below                             | see there            |
//!
//! | key in `registries` | what it says                                                                        |
//! |---------------------|-------------------------------------------------------------------------------------|
//! | `default`           | the registry of names without one; other tools' search lists and aliases are unread |
//! | `insecure`          | hosts, with their port, and networks that need prove nothing                        |
//! | `mirrors`           | by registry or `registry/path`: URLs to ask first, in order                         |
//! | `blocked`           | registries, `registry/path` and `*.domain` that are neither pulled from nor pushed to |
//!
//! | key in `network` | what it says                                                            | when it is not there |
//! |------------------|-------------------------------------------------------------------------|----------------------|
//! | `uplink`         | `pasta`, `built-in`, or `auto`: pasta where it is installed             | `auto`               |
//! | `hostLoopback`   | host.docker.internal also reaches what listens on the loopback only     | false                |
//!
//! A pasta from before September 2024 loses the ends of connections, and is left alone.
//!
//! What `registries` does not say, the files of podman and docker may; [`crate::registry::settings`] has the order.
//!
//! Every key may be left out, and so may the file. A key that nobody knows is an error: it is a slip of
//! the pen, or a wish that would go unheard.

use crate::error::{Context, Error, Kind, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// What the user prefers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Config {
    /// Keys that detach from a container, as `--detach-keys` takes them.
    pub detach_keys: Option<String>,
    /// The template of `ps`.
    pub ps_format: Option<String>,
    /// The template of `images`.
    pub images_format: Option<String>,
    /// The template of `network ls`.
    pub networks_format: Option<String>,
    /// Where images come from.
    pub registries: Registries,
    /// How containers reach the world.
    pub network: Network,
}

/// What the user says of networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Network {
    /// `auto`, `pasta` or `built-in`.
    pub uplink: Option<String>,
    /// host.docker.internal leads to what listens on the host's loopback alone, too.
    pub host_loopback: bool,
}

/// What the user says of registries, as it is written: [`crate::registry::settings`] reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Registries {
    /// The registry of names without one: `host[:port][/path]`.
    pub default: Option<String>,
    /// `host[:port]`, or networks as `address/bits`, that need prove nothing.
    pub insecure: Vec<String>,
    /// URLs to ask first, by `host[:port][/path]`.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// `host[:port][/path]`, or `*.domain`, that are refused.
    pub blocked: Vec<String>,
}

impl Config {
    /// Reads the file at `path`; one that is not there says nothing.
    ///
    /// # Errors
    /// Of the file, and [`Kind::Invalid`] with the line for what is not as the table above has it.
    pub fn read(path: &Path) -> Result<Self> {
        match std::fs::read(path) {
            Ok(text) => Self::parse(&text).map_err(|error| {
                Error::new(Kind::Invalid, format!("the configuration file {} is wrong", path.display()))
                    .why(error)
                    .fix("mend that line, or move the file away to do without it")
            }),
            Err(error) if is_absent(&error) => Ok(Self::default()),
            Err(error) => Err(error).what(|| format!("reading the configuration file {}", path.display())),
        }
    }

    /// An empty file is what an editor leaves behind.
    fn parse(text: &[u8]) -> serde_json::Result<Self> {
        match text.trim_ascii_start().first() {
            None => Ok(Self::default()),
            Some(b'{') => serde_json::from_slice(text),
            // serde would take a list for the values of the keys, in their order.
            Some(_) => Err(serde::de::Error::custom("expected an object, `{…}`, at line 1 column 1")),
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;

    fn read(text: &str) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        durable::replace(&path, text.as_bytes()).unwrap();
        Config::read(&path)
    }

    #[test]
    fn a_file_that_is_not_there_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Config::read(&folder.path().join("a/config.json")).unwrap(), Config::default());
        for empty in ["", "\n", "{}"] {
            assert_eq!(read(empty).unwrap(), Config::default());
        }
    }

    #[test]
    fn keys_are_docker_s() {
        let config = read(r#"{"psFormat": "{{.ID}}", "detachKeys": "ctrl-e"}"#).unwrap();
        assert_eq!(config.ps_format.as_deref(), Some("{{.ID}}"));
        assert_eq!(config.detach_keys.as_deref(), Some("ctrl-e"));
        assert_eq!(config.images_format, None);
    }

    #[test]
    fn registries_are_read_and_their_keys_checked() {
        let config = read(r#"{"registries": {"default": "quay.io", "mirrors": {"a.b": ["https://c"]}}}"#);
        let registries = config.unwrap().registries;
        assert_eq!(registries.default.as_deref(), Some("quay.io"));
        assert_eq!(registries.mirrors["a.b"], ["https://c"]);
        let error = read(r#"{"registries": {"mirror": {}}}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `mirror`"), "{error}");
    }

    #[test]
    fn a_wrong_file_is_told_with_the_key_and_the_line() {
        let error = read("{\n  \"psFromat\": \"x\"\n}").unwrap_err();
        assert_eq!(error.kind, Kind::Invalid);
        let words = error.to_string();
        assert!(words.contains("config.json is wrong: unknown field `psFromat`"), "{words}");
        assert!(words.contains("at line 2"), "{words}");
        for wrong in ["{", "[]", r#"{"psFormat": 1}"#, r#"{"psFormat": "a"} x"#] {
            assert!(read(wrong).unwrap_err().to_string().contains(" at line 1 column "), "{wrong}");
        }
    }
}
