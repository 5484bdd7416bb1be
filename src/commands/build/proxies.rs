//! `proxies` of docker's `config.json`: arguments of every build, unless they are given.

use crate::build::wish::BuildWish;
use crate::error::{Context, Error, Kind, Result};
use crate::paths::Paths;
use crate::registry::places::Places;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};

/// Bytes of such a file.
const LARGEST: u64 = 4 << 20;

/// The part of docker's file that is about proxies.
#[derive(Debug, Default, Deserialize)]
struct File {
    #[serde(default)]
    proxies: BTreeMap<String, Proxies>,
}

/// Of one daemon, by its address, or `default`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Proxies {
    http_proxy: String,
    https_proxy: String,
    ftp_proxy: String,
    no_proxy: String,
    all_proxy: String,
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // They may have passwords.
        f.write_str("Proxies")
    }
}

/// Adds the proxies that are configured. There is no daemon, so the default ones are meant.
///
/// # Errors
/// When the file cannot be read.
pub(in crate::commands) fn add(wish: &mut BuildWish, paths: &Paths) -> Result<()> {
    let mut places = Places::from_environment(paths)?;
    if wish.registries.docker_config.is_some() {
        places.environment.docker_config.clone_from(&wish.registries.docker_config);
    }
    let path = places.docker_config();
    let mut text = Vec::new();
    match std::fs::File::open(&path) {
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(cause) => return Err(cause).what(|| format!("opening {}", path.display())),
        Ok(file) => {
            file.take(LARGEST).read_to_end(&mut text).what(|| format!("reading {}", path.display()))?;
        }
    }
    let wrong = |cause| Error::new(Kind::Invalid, format!("reading {}", path.display())).why(cause);
    if !text.trim_ascii().is_empty() {
        read(&text).map_err(wrong)?.add_to(&mut wish.args);
    }
    Ok(())
}

fn read(text: &[u8]) -> Result<Proxies, serde_json::Error> {
    let mut file: File = serde_json::from_slice(text)?;
    Ok(file.proxies.remove("default").unwrap_or_default())
}

impl Proxies {
    /// In both spellings, each unless it is there.
    fn add_to(&self, args: &mut BTreeMap<String, String>) {
        let named = [
            ("HTTP_PROXY", &self.http_proxy),
            ("HTTPS_PROXY", &self.https_proxy),
            ("FTP_PROXY", &self.ftp_proxy),
            ("NO_PROXY", &self.no_proxy),
            ("ALL_PROXY", &self.all_proxy),
        ];
        for (name, value) in named.into_iter().filter(|(_, value)| !value.is_empty()) {
            for name in [name.to_owned(), name.to_ascii_lowercase()] {
                args.entry(name).or_insert_with(|| value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use std::collections::BTreeMap;

    #[test]
    fn proxies_are_added_in_both_spellings_unless_given() {
        let text =
            br#"{"auths": {}, "proxies": {"default": {"httpProxy": "http://p", "noProxy": "a,b", "x": 1}}}"#;
        let mut args = BTreeMap::from([("http_proxy".to_owned(), String::new())]);
        read(text).unwrap().add_to(&mut args);
        let args: Vec<String> = args.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(args, ["HTTP_PROXY=http://p", "NO_PROXY=a,b", "http_proxy=", "no_proxy=a,b"]);
        let mut none = BTreeMap::new();
        read(br#"{"proxies": {"tcp://h": {"httpProxy": "x"}}}"#).unwrap().add_to(&mut none);
        assert!(none.is_empty() && read(b"[").is_err());
    }
}
