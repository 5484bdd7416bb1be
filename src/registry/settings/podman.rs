//! podman's `registries.conf` of version 2, its drop-in files and its short names
//! (containers-registries.conf(5), containers-registries.conf.d(5)).

use super::mirrors::{Mirror, Pulls};
use super::names;
use super::site::{Name, Prefix, Site, closest};
use crate::oci::reference::Reference;
use crate::registry::file;
use crate::registry::places::Places;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the files say together.
#[derive(Debug, Clone, Default)]
pub struct Conf {
    /// Registries of names without one, in order; `None` when no file says.
    search: Option<Vec<Site>>,
    tables: Vec<Table>,
    /// Short names, and what they stand for; nothing for one that was taken back.
    aliases: BTreeMap<String, Option<String>>,
}

/// One `[[registry]]`.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// The file it is in, for messages.
    pub file: PathBuf,
    pub prefix: Prefix,
    /// Where repositories below the prefix are read from, if elsewhere.
    location: Option<Site>,
    pub insecure: Option<bool>,
    pub blocked: bool,
    pub mirrors: Vec<Mirror>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Text {
    unqualified_search_registries: Option<Vec<String>>,
    #[serde(default)]
    registry: Vec<TableText>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    /// Only version 1 has it.
    registries: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct TableText {
    prefix: String,
    location: String,
    insecure: Option<bool>,
    blocked: bool,
    mirror_by_digest_only: bool,
    mirror: Vec<MirrorText>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct MirrorText {
    location: String,
    insecure: Option<bool>,
    pull_from_mirror: String,
}

impl Conf {
    /// Reads all files, later ones over earlier ones; one that cannot be read is skipped with a warning.
    pub(super) fn load(places: &Places, warnings: &mut Vec<String>) -> Self {
        let mut all = Self::default();
        for path in files(places, warnings) {
            let read = file::read(&path).map_err(|error| error.to_string()).and_then(|text| match text {
                Some(text) => Self::parse(&text, &path).map_err(|why| format!("{}: {why}", path.display())),
                None => Ok(Self::default()),
            });
            match read {
                Ok(conf) => all.add(conf),
                Err(why) => warnings.push(super::skipped(&why)),
            }
        }
        all
    }

    /// Reads the text of one file. Keys of which nothing is known are let be.
    ///
    /// # Errors
    /// In words, with the line where there is one.
    pub fn parse(text: &str, file: &Path) -> Result<Self, String> {
        let read: Text = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .and_then(|span| text.get(..span.start))
                .map(|before| before.matches('\n').count() + 1);
            line.map_or_else(
                || error.message().to_owned(),
                |line| format!("{} at line {line}", error.message()),
            )
        })?;
        if read.registries.is_some() {
            return Err("it is of version 1, which is not read; see containers-registries.conf(5)".to_owned());
        }
        let search = read.unqualified_search_registries.map(|list| {
            let sites = list.iter().map(|text| Site::parse_registry(text));
            sites.collect::<Result<Vec<_>, _>>()
        });
        let aliases = read.aliases.into_iter().map(|(name, value)| alias(name, value));
        Ok(Self {
            search: search.transpose()?,
            tables: read
                .registry
                .into_iter()
                .map(|table| Table::parse(table, file))
                .collect::<Result<_, _>>()?,
            aliases: aliases.collect::<Result<_, _>>()?,
        })
    }

    fn add(&mut self, later: Self) {
        self.search = later.search.or(self.search.take());
        self.tables.retain(|table| later.tables.iter().all(|other| other.prefix != table.prefix));
        self.tables.extend(later.tables);
        self.aliases.extend(later.aliases);
    }

    /// The table for `name`: the one with the closest prefix.
    pub(super) fn table(&self, name: &Name) -> Option<&Table> {
        closest(&self.tables, |table| &table.prefix, name)
    }

    /// What the short name `name`, without tag and digest, stands for.
    pub(super) fn alias(&self, name: &str) -> Option<&str> {
        self.aliases.get(name)?.as_deref()
    }

    /// Registries of names without one, in order.
    pub(super) fn search(&self) -> &[Site] {
        self.search.as_deref().unwrap_or_default()
    }
}

/// In the order in which they are read: the main file, what drops in, what podman recorded.
fn files(places: &Places, warnings: &mut Vec<String>) -> Vec<PathBuf> {
    let [system, user] = [&places.etc, &places.config_home].map(|root| root.join("containers"));
    let own = user.join("registries.conf");
    let main = match &places.environment.registries_conf {
        Some(path) => path.clone(),
        None if own.exists() => own,
        None => system.join("registries.conf"),
    };
    let mut files = vec![main];
    for folder in [system, user] {
        files.extend(dropped_in(&folder.join("registries.conf.d"), warnings));
    }
    files.push(places.cache_home.join("containers/short-name-aliases.conf"));
    files
}

/// The `*.conf` of a folder, by name.
fn dropped_in(folder: &Path, warnings: &mut Vec<String>) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                warnings.push(super::skipped(&format!("{}: {error}", folder.display())));
            }
            return Vec::new();
        }
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "conf")).collect();
    files.sort();
    files
}

fn alias(name: String, value: String) -> Result<(String, Option<String>), String> {
    if value.is_empty() {
        return Ok((name, None));
    }
    let bare = |full: Reference| full.tag().is_none() && full.digest().is_none();
    match value.parse().is_ok_and(bare) && !names::is_short(&value) {
        true => Ok((name, Some(value))),
        false => Err(format!(
            "the alias `{name}` stands for `{value}`, which is no name of a repository with its registry"
        )),
    }
}

impl Table {
    fn parse(text: TableText, file: &Path) -> Result<Self, String> {
        let (prefix, location) = match (text.prefix.as_str(), text.location.as_str()) {
            ("", "") => return Err("a [[registry]] has neither prefix nor location".to_owned()),
            ("", location) => (Prefix::parse(location)?, None),
            (prefix, "") if !prefix.starts_with("*.") => {
                return Err(format!("the [[registry]] of `{prefix}` has no location"));
            }
            (prefix, "") => (Prefix::parse(prefix)?, None),
            (prefix, location) if prefix == location => (Prefix::parse(prefix)?, None),
            (prefix, location) => (Prefix::parse(prefix)?, Some(Site::parse(location)?)),
        };
        let by_digest = text.mirror_by_digest_only;
        let mirrors = text.mirror.into_iter().map(|mirror| mirror.parse(by_digest));
        Ok(Self {
            file: file.to_owned(),
            prefix,
            location,
            insecure: text.insecure,
            blocked: text.blocked,
            mirrors: mirrors.collect::<Result<_, _>>()?,
        })
    }

    /// Whether it says where its repositories are read from.
    pub(super) fn redirects(&self) -> bool {
        self.location.is_some() || !self.mirrors.is_empty()
    }

    /// Where the repository is read from.
    pub(super) fn site(&self, reference: &Reference) -> Site {
        match &self.location {
            Some(location) => location.join(self.prefix.below(reference.path())),
            None => Site { host: reference.domain().to_owned(), path: reference.path().to_owned() },
        }
    }
}

impl MirrorText {
    fn parse(self, by_digest: bool) -> Result<Mirror, String> {
        let pulls = match (self.pull_from_mirror.as_str(), by_digest) {
            ("", true) => Pulls::ByDigest,
            ("" | "all", false) => Pulls::All,
            ("digest-only", false) => Pulls::ByDigest,
            ("tag-only", false) => Pulls::ByTag,
            (_, true) => {
                return Err("pull-from-mirror and mirror-by-digest-only exclude each other".to_owned());
            }
            (other, false) => return Err(format!("pull-from-mirror is `{other}`")),
        };
        Ok(Mirror { site: Site::parse(&self.location)?, insecure: self.insecure, pulls })
    }
}
