//! The one configuration file of a user, `config.json`; see [`crate::paths::Paths::config`] for where it is.
//!
//! ```json
//! {
//!     "detachKeys": "ctrl-e,e",
//!     "psFormat": "table {{.ID}}\\t{{.Names}}\\t{{.Status}}",
//!     "imagesFormat": "table {{.Repository}}\\t{{.Tag}}\\t{{.Size}}"
//! }
//! ```
//!
//! | key            | what it says                                                          | when it is not there |
//! |----------------|-----------------------------------------------------------------------|----------------------|
//! | `detachKeys`   | keys that detach from a container, as `--detach-keys` takes them      | `ctrl-p,ctrl-q`      |
//! | `psFormat`     | the template of `ps`, where neither `--format` nor `-q` is given      | docker's table       |
//! | `imagesFormat` | the template of `images`, likewise                                    | docker's table       |
//!
//! Every key may be left out, and so may the file. A key that nobody knows is an error: it is a slip of
//! the pen, or a wish that would go unheard.

use crate::error::{Context, Error, Kind, Result};
use serde::Deserialize;
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
