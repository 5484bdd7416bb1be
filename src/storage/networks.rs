//! Networks.
//!
//! ```text
//! networks/<name>.json    one per network, as it was created
//! locks/networks          exclusive: whoever creates or removes one
//! ```
//!
//! `bridge`, `host` and `none` have no file: they are always there, and their ids come from where the store is.

use crate::durable::{self, Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::network::definition::{DEFAULT, Definition, Pool};
use crate::network::egress::Egress;
use crate::oci::digest::Digest;
use ipnet::{IpNet, Ipv4Net};
use jiff::Timestamp;
use rustix::fs::Mode;
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The networks that are always there, with their drivers.
const FIXED: [(&str, &str); 3] = [(DEFAULT, "bridge"), ("host", "host"), ("none", "null")];

/// The default network's addresses, as docker's users know them.
const DEFAULT_SUBNET: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(172, 17, 0, 0), 16);
const DEFAULT_GATEWAY: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 1);

/// docker's options of the default network.
const DEFAULT_OPTIONS: [(&str, &str); 6] = [
    ("com.docker.network.bridge.default_bridge", "true"),
    ("com.docker.network.bridge.enable_icc", "true"),
    ("com.docker.network.bridge.enable_ip_masquerade", "true"),
    ("com.docker.network.bridge.host_binding_ipv4", "0.0.0.0"),
    ("com.docker.network.bridge.name", "docker0"),
    ("com.docker.network.driver.mtu", "1500"),
];

/// The longest name: it is a file's name, and part of the names that containers look up.
const LONGEST_NAME: usize = 128;

/// The networks of one store.
#[derive(Debug, Clone)]
pub struct Networks {
    root: PathBuf,
}

/// Held while networks are created or removed, and by whoever must not see one go.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "held, not looked at")] Lock);

impl Networks {
    /// The networks below `root`.
    pub fn of(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Takes the lock on them all.
    pub fn lock(&self) -> Result<Held> {
        Lock::take(&self.root.join("locks/networks"), Sharing::Exclusive).map(Held)
    }

    /// All of them, the fixed ones too, by name: `n2` before `n10`.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for a file that is damaged.
    pub fn all(&self) -> Result<Vec<Definition>> {
        let mut all = self.fixed();
        for name in self.names()? {
            // It may have been removed meanwhile.
            all.extend(self.read(&name)?);
        }
        all.sort_by_cached_key(|network| natural(&network.name));
        Ok(all)
    }

    /// The network of this name.
    pub fn by_name(&self, name: &str) -> Result<Option<Definition>> {
        match FIXED.iter().find(|(fixed, _)| *fixed == name) {
            Some((name, driver)) => Ok(Some(self.fixed_one(name, driver))),
            None if valid_name(name) => self.read(name),
            None => Ok(None),
        }
    }

    /// The network that a word means: its name, its id, or the beginning of its id where that is unique.
    ///
    /// # Errors
    /// docker's words for a network that is not there, and for a beginning that several have.
    pub fn find(&self, word: &str) -> Result<Definition> {
        if let Some(found) = self.by_name(word)? {
            return Ok(found);
        }
        let none = || Error::new(Kind::NotFound, format!("network {word} not found"));
        if word.is_empty() || !word.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(none());
        }
        let mut found: Vec<Definition> =
            self.all()?.into_iter().filter(|network| network.id.starts_with(word)).collect();
        match (found.pop(), found.len()) {
            (Some(one), 0) => Ok(one),
            (Some(_), others) => Err(Error::usage(format!(
                "network {word} is ambiguous ({} matches found on ID prefix)",
                others + 1
            ))
            .fix("type more digits of the id")),
            (None, _) => Err(none()),
        }
    }

    /// Writes a new network down.
    ///
    /// # Errors
    /// docker's words for a name that is taken, or that no network can have.
    pub fn create(&self, _held: &Held, network: &Definition) -> Result<()> {
        self.free_name(&network.name)?;
        make(&self.folder())?;
        let text = serde_json::to_vec_pretty(network).what(|| "writing a network")?;
        durable::write(&self.file(&network.name), &text)
    }

    /// Removes a network.
    ///
    /// # Errors
    /// docker's words for one that is always there.
    pub fn remove(&self, _held: &Held, network: &Definition) -> Result<()> {
        if is_fixed(&network.name) {
            return Err(Error::new(
                Kind::Conflict,
                format!("{} is a pre-defined network and cannot be removed", network.name),
            ));
        }
        match std::fs::remove_file(self.file(&network.name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.what(|| format!("removing network {}", network.name)),
        }
    }

    /// Whether a new network may have this name.
    ///
    /// # Errors
    /// docker's words for why not.
    pub fn free_name(&self, name: &str) -> Result<()> {
        if name.is_empty() {
            return Err(Error::usage("invalid name: name is empty"));
        }
        if is_fixed(name) || matches!(name, "default" | "container" | "pasta") {
            return Err(Error::usage(format!("operation is not permitted on predefined {name} network")));
        }
        if !valid_name(name) {
            return Err(Error::usage(format!("invalid name: {name:?}")).because(format!(
                "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, and no more than {LONGEST_NAME}"
            )));
        }
        match self.file(name).exists() {
            true => Err(Error::new(Kind::Conflict, format!("network with name {name} already exists"))),
            false => Ok(()),
        }
    }

    fn names(&self) -> Result<Vec<String>> {
        let folder = self.folder();
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.what(|| format!("reading {}", folder.display()))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let names = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
        Ok(names.filter(|name| valid_name(name) && !is_fixed(name)).collect())
    }

    fn read(&self, name: &str) -> Result<Option<Definition>> {
        let path = self.file(name);
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.what(|| format!("reading {}", path.display()))?,
        };
        let damaged = |cause: anyhow::Error| {
            Error::new(Kind::Invalid, format!("{} is damaged", path.display()))
                .why(cause)
                .fix("mend the file, or remove it and create the network again")
        };
        let network: Definition = serde_json::from_slice(&text).map_err(|cause| damaged(cause.into()))?;
        match network.name == name {
            true => Ok(Some(network)),
            false => Err(damaged(anyhow::anyhow!("it names another network"))),
        }
    }

    fn fixed(&self) -> Vec<Definition> {
        FIXED.iter().map(|(name, driver)| self.fixed_one(name, driver)).collect()
    }

    fn fixed_one(&self, name: &str, driver: &str) -> Definition {
        let is_default = name == DEFAULT;
        let pool = Pool {
            subnet: IpNet::V4(DEFAULT_SUBNET),
            range: None,
            gateway: IpAddr::V4(DEFAULT_GATEWAY),
            auxiliary: BTreeMap::new(),
        };
        let options = DEFAULT_OPTIONS.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Definition {
            id: Digest::of(format!("rcon network {name} of {}", self.root.display()).as_bytes()).hex(),
            name: name.to_owned(),
            created: self.made(),
            driver: driver.to_owned(),
            pools: if is_default { vec![pool] } else { Vec::new() },
            internal: false,
            attachable: false,
            ipv6: false,
            options: if is_default { options.into() } else { BTreeMap::new() },
            labels: BTreeMap::new(),
            egress: Egress::default(),
        }
    }

    /// When the store was made, and the fixed networks with it.
    fn made(&self) -> Timestamp {
        let made = std::fs::metadata(self.root.join("format.json")).and_then(|file| file.modified()).ok();
        made.and_then(|made| Timestamp::try_from(made).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn folder(&self) -> PathBuf {
        self.root.join("networks")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder().join(format!("{name}.json"))
    }
}

/// Whether it is one of those that are always there.
pub fn is_fixed(name: &str) -> bool {
    FIXED.iter().any(|(fixed, _)| *fixed == name)
}

fn valid_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    first && name.len() <= LONGEST_NAME && name.bytes().all(letters)
}

/// What sorts names as people do: numbers in them by their value.
fn natural(name: &str) -> Vec<(String, u128)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (text, after) = rest.split_at(digits);
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (number, after) = after.split_at(end);
        parts
            .push((text.to_owned(), number.parse().unwrap_or(if number.is_empty() { 0 } else { u128::MAX })));
        rest = after;
    }
    parts
}

fn make(folder: &Path) -> Result<()> {
    match rustix::fs::mkdir(folder, Mode::from_raw_mode(0o700)) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(io::Error::from(errno)).what(|| format!("making {}", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Networks) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("locks")).unwrap();
        let networks = Networks::of(folder.path());
        (folder, networks)
    }

    fn network(name: &str, digit: &str) -> Definition {
        Definition {
            id: digit.repeat(64)[..64].to_owned(),
            name: name.to_owned(),
            created: "2026-01-02T11:00:00Z".parse().unwrap(),
            driver: "bridge".to_owned(),
            pools: Vec::new(),
            internal: false,
            attachable: false,
            ipv6: false,
            options: BTreeMap::new(),
            labels: BTreeMap::new(),
            egress: Egress::default(),
        }
    }

    #[test]
    fn three_networks_are_always_there_with_the_same_ids() {
        let (_folder, networks) = store();
        let all = networks.all().unwrap();
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["bridge", "host", "none"]);
        assert_eq!(networks.all().unwrap(), all);
        assert_eq!(networks.find(&all[1].id[..12]).unwrap(), all[1]);
        assert_eq!(all[0].ipv4().unwrap().gateway.to_string(), "172.17.0.1");
        let held = networks.lock().unwrap();
        let error = networks.remove(&held, &all[0]).unwrap_err();
        assert_eq!(error.to_string(), "bridge is a pre-defined network and cannot be removed");
    }

    #[test]
    fn a_network_is_found_by_name_then_id_then_prefix() {
        let (_folder, networks) = store();
        let held = networks.lock().unwrap();
        let (one, other) = (network("abc", "1"), network("111", "abcd"));
        for each in [&one, &other] {
            networks.create(&held, each).unwrap();
        }
        assert_eq!(networks.find("abc").unwrap(), one);
        assert_eq!(networks.find("111").unwrap(), other);
        assert_eq!(networks.find("abcd").unwrap(), other);
        assert_eq!(networks.find(&one.id).unwrap(), one);
        for word in ["", "nope", "../x", "fedcba9876543210"] {
            let error = networks.find(word).unwrap_err();
            assert_eq!(
                (error.kind, error.to_string()),
                (Kind::NotFound, format!("network {word} not found"))
            );
        }
        networks.create(&held, &network("third", "1112")).unwrap();
        let error = networks.find("11").unwrap_err().to_string();
        assert_eq!(error, "network 11 is ambiguous (2 matches found on ID prefix)");
        networks.remove(&held, &one).unwrap();
        assert_eq!(networks.find("abc").unwrap(), other, "now it is the beginning of an id");
    }

    #[test]
    fn names_are_taken_once_and_have_no_strange_signs() {
        let (_folder, networks) = store();
        let held = networks.lock().unwrap();
        networks.create(&held, &network("n", "1")).unwrap();
        for (name, told) in [
            ("n", "network with name n already exists"),
            ("", "invalid name: name is empty"),
            ("bridge", "operation is not permitted on predefined bridge network"),
            ("default", "operation is not permitted on predefined default network"),
        ] {
            let error = networks.create(&held, &network(name, "2")).unwrap_err();
            assert_eq!(error.to_string(), told);
        }
        for name in ["a/b", "..", ".a", "-x", "a b", "container:x", &"a".repeat(200)] {
            assert!(networks.create(&held, &network(name, "2")).is_err(), "{name}");
        }
    }

    #[test]
    fn a_damaged_file_is_named() {
        let (folder, networks) = store();
        std::fs::create_dir(folder.path().join("networks")).unwrap();
        for text in [&b"{"[..], &serde_json::to_vec(&network("other", "1")).unwrap()] {
            durable::replace(&folder.path().join("networks/n.json"), text).unwrap();
            assert_eq!(networks.find("n").unwrap_err().kind, Kind::Invalid);
        }
    }

    #[test]
    fn names_are_sorted_as_people_do() {
        let mut names = ["n10", "n2", "n", "m", "n2a", "999999999999999999999999999999999999999999"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["999999999999999999999999999999999999999999", "m", "n", "n2", "n2a", "n10"]);
    }
}
