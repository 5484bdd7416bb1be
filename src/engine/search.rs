//! `rcon search`: where is searched, and what of it is shown.

use super::registries::Registries;
use crate::error::{Error, Result};
use crate::oci::reference::{DEFAULT_DOMAIN, Reference};
use crate::registry::client::Action;
use crate::registry::search::Found;
use crate::registry::server::Server;

/// How many are shown when nobody says.
const USUAL: usize = 25;
/// The most that docker's hub gives.
const MOST: i64 = 100;

/// Reads `--limit`, in docker's words; 0 is the usual number.
pub fn limit(typed: i64) -> Result<usize> {
    match usize::try_from(typed) {
        Ok(0) => Ok(USUAL),
        Ok(limit) if typed <= MOST => Ok(limit),
        _ => Err(Error::usage(format!("Limit {typed} is outside the range of [1, {MOST}]"))),
    }
}

/// A registry, and what is looked for there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    server: Server,
    term: String,
}

impl Place {
    /// Reads what was typed: what before the first `/` looks like a host is one.
    ///
    /// # Errors
    /// For a URL, and for a host that is none.
    pub fn parse(typed: &str) -> Result<Self> {
        if typed.contains("://") {
            return Err(Error::usage(format!(
                "invalid repository name: repository name ({typed}) should not have a scheme"
            )));
        }
        let (host, term) = match typed.split_once('/') {
            Some((host, term)) if host.contains(['.', ':']) || host == "localhost" => (host, term),
            _ => (DEFAULT_DOMAIN, typed),
        };
        let server = Server::parse(host)?;
        // docker's hub does not find its own by their whole path.
        let term = match server.name() {
            DEFAULT_DOMAIN => term.strip_prefix("library/").unwrap_or(term),
            _ => term,
        };
        Ok(Self { server, term: term.to_owned() })
    }
}

/// What of the findings is shown.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    official: Option<bool>,
    stars: u64,
}

impl Conditions {
    /// Adds a condition.
    ///
    /// # Errors
    /// For a key there is not, or a value that is none; in docker's words.
    pub fn add(&mut self, key: &str, value: &str) -> Result<()> {
        let invalid = || Error::usage(format!("invalid filter '{key}=[{value}]'"));
        match (key, value) {
            ("is-official", "true" | "1") => self.official = Some(true),
            ("is-official", "false" | "0") => self.official = Some(false),
            ("stars", value) => self.stars = self.stars.max(value.parse().map_err(|_| invalid())?),
            ("is-official", _) => return Err(invalid()),
            _ => return Err(Error::usage(format!("invalid filter '{key}'"))),
        }
        Ok(())
    }

    /// Whether `found` meets them all.
    pub fn fit(&self, found: &Found) -> bool {
        found.stars >= self.stars && self.official.is_none_or(|official| official == found.official)
    }
}

/// What the registry of `place` finds, at most `limit` repositories; they are named with their registry unless it is
/// docker's hub.
pub fn search(registries: &Registries, place: &Place, limit: usize) -> Result<Vec<Found>> {
    let (client, endpoint) = registries.registry(&place.server)?;
    let mut found = client.search(&endpoint, &place.term, limit)?;
    if place.server.name() != DEFAULT_DOMAIN {
        for one in &mut found {
            one.name = format!("{}/{}", place.server, one.name);
        }
    }
    Ok(found)
}

/// The name of a repository, and at most `limit` of its tags.
///
/// # Errors
/// `NotFound` or `Denied` of the registry; Usage for a name with a tag.
pub fn tags(registries: &Registries, typed: &str, limit: usize) -> Result<(String, Vec<String>)> {
    let reference: Reference = typed.parse()?;
    if reference.tag().is_some() || reference.digest().is_some() {
        return Err(Error::usage(format!("`{typed}` is more than a repository"))
            .fix(format!("rcon search --list-tags {}", reference.familiar_repository())));
    }
    let mut tags = registries.repository(&reference, Action::Pull)?.tags()?;
    tags.truncate(limit);
    Ok((reference.familiar_repository(), tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_before_a_slash_is_where_is_searched() {
        for (typed, server, term) in [
            ("alpine", "docker.io", "alpine"),
            ("library/alpine", "docker.io", "alpine"),
            ("docker.io/alp", "docker.io", "alp"),
            ("index.docker.io/library/alp", "docker.io", "alp"),
            ("team/app", "docker.io", "team/app"),
            ("quay.io/team/app", "quay.io", "team/app"),
            ("localhost:5000/app", "localhost:5000", "app"),
            ("localhost/", "localhost", ""),
        ] {
            let place = Place::parse(typed).unwrap();
            assert_eq!((place.server.name(), place.term.as_str()), (server, term), "{typed}");
        }
        let words = "invalid repository name: repository name (https://x/y) should not have a scheme";
        assert_eq!(Place::parse("https://x/y").unwrap_err().to_string(), words);
    }

    #[test]
    fn limits_and_conditions_are_dockers() {
        assert_eq!((limit(0).unwrap(), limit(1).unwrap(), limit(100).unwrap()), (25, 1, 100));
        for wrong in [-1, 101, i64::MIN] {
            let words = format!("Limit {wrong} is outside the range of [1, 100]");
            assert_eq!(limit(wrong).unwrap_err().to_string(), words);
        }
        let words = |key, value| Conditions::default().add(key, value).unwrap_err().to_string();
        assert_eq!(words("colour", "red"), "invalid filter 'colour'");
        assert_eq!(words("stars", "many"), "invalid filter 'stars=[many]'");
        assert_eq!(words("is-official", "maybe"), "invalid filter 'is-official=[maybe]'");
    }
}
