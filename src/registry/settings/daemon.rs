//! docker's `daemon.json`, of which `insecure-registries` and `registry-mirrors` are read.

use super::hosts::Exempt;
use super::mirrors::Mirror;
use crate::registry::file;
use crate::registry::places::Places;
use serde::Deserialize;

/// What the files say of registries, each key by the first file that has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Daemon {
    insecure: Option<Vec<Exempt>>,
    mirrors: Option<Vec<Mirror>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Text {
    insecure_registries: Option<Vec<String>>,
    registry_mirrors: Option<Vec<String>>,
}

impl Daemon {
    /// Reads the user's file and the system's; one that cannot be read is skipped with a warning.
    pub(super) fn load(places: &Places, warnings: &mut Vec<String>) -> Self {
        let mut all = Self::default();
        for root in [&places.config_home, &places.etc] {
            let path = root.join("docker/daemon.json");
            let read = file::read(&path).map_err(|error| error.to_string()).and_then(|text| match text {
                Some(text) => Self::parse(&text).map_err(|why| format!("{}: {why}", path.display())),
                None => Ok(Self::default()),
            });
            match read {
                Ok(daemon) => {
                    all.insecure = all.insecure.or(daemon.insecure);
                    all.mirrors = all.mirrors.or(daemon.mirrors);
                }
                Err(why) => warnings.push(super::skipped(&why)),
            }
        }
        all
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let text: Text = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let insecure =
            text.insecure_registries.map(|list| list.iter().map(|entry| Exempt::parse(entry)).collect());
        let mirrors =
            text.registry_mirrors.map(|list| list.iter().map(|entry| Mirror::parse_url(entry)).collect());
        Ok(Self { insecure: insecure.transpose()?, mirrors: mirrors.transpose()? })
    }

    /// Whether `host[:port]` need prove nothing.
    pub(super) fn exempts(&self, host: &str) -> bool {
        self.insecure.iter().flatten().any(|exempt| exempt.covers(host))
    }

    /// Mirrors of Docker Hub, in order.
    pub(super) fn mirrors(&self) -> &[Mirror] {
        self.mirrors.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_comes_from_the_first_file_that_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::below(folder.path());
        for (root, text) in [
            (&places.config_home, r#"{"insecure-registries": ["a.b"], "experimental": true}"#),
            (&places.etc, r#"{"insecure-registries": ["c.d"], "registry-mirrors": ["https://m.e/"]}"#),
        ] {
            std::fs::create_dir_all(root.join("docker")).unwrap();
            crate::durable::replace(&root.join("docker/daemon.json"), text.as_bytes()).unwrap();
        }
        let mut warnings = Vec::new();
        let daemon = Daemon::load(&places, &mut warnings);
        assert!(daemon.exempts("a.b") && !daemon.exempts("c.d"));
        assert_eq!(daemon.mirrors().len(), 1);
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn a_wrong_file_is_an_error_in_words() {
        for text in ["{", "[", r#"{"registry-mirrors": ["ftp://x"]}"#, r#"{"insecure-registries": ["a/b"]}"#]
        {
            assert!(Daemon::parse(text).is_err(), "{text}");
        }
        assert!(Daemon::parse("").is_ok());
    }
}
