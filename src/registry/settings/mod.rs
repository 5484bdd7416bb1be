//! Where registries are, and how far they are trusted.
//!
//! Three sources, each heard only where those before it say nothing about the matter: rcon's own
//! `config.json` ([`crate::config::Registries`]), podman's `registries.conf` ([`podman`]), docker's
//! `daemon.json`. Beside them lie certificates of single hosts. A mistake in our own file is an error; another tool's
//! file with one is skipped, and [`Settings::warnings`] says so.

mod certificates;
mod daemon;
mod hosts;
mod mirrors;
mod names;
pub mod podman;
mod site;

#[cfg(test)]
mod tests;

use super::endpoint::{Endpoint, Security};
use super::places::Places;
use super::server::Server;
use crate::config::{Config, Registries};
use crate::error::{Error, Kind, Result};
use crate::oci::reference::{DEFAULT_DOMAIN, Reference};
use daemon::Daemon;
use hosts::Exempt;
use mirrors::Mirror;
use podman::{Conf, Table};
use site::{Name, Prefix, Site, closest};
use std::path::{Path, PathBuf};

/// What is wanted of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read: mirrors are asked first.
    Pull,
    /// To write: only the registry itself will do.
    Push,
}

/// All that is configured about registries.
#[derive(Debug)]
pub struct Settings {
    own: Own,
    podman: Conf,
    daemon: Daemon,
    /// Folders with one folder of certificates per host.
    certificates: Vec<PathBuf>,
    /// Files of other tools that were skipped, and why; for people.
    pub warnings: Vec<String>,
}

/// [`Registries`], read.
#[derive(Debug)]
struct Own {
    /// The file, for messages.
    file: PathBuf,
    default: Option<Site>,
    insecure: Vec<Exempt>,
    mirrors: Vec<(Prefix, Vec<Mirror>)>,
    blocked: Vec<Prefix>,
}

impl Settings {
    /// Reads all sources.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for what cannot be read in rcon's own configuration.
    pub fn load(config: &Config, places: &Places) -> Result<Self> {
        let mut warnings = Vec::new();
        Ok(Self {
            own: Own::read(&config.registries, &places.config)?,
            podman: Conf::load(places, &mut warnings),
            daemon: Daemon::load(places, &mut warnings),
            certificates: certificates::folders(places),
            warnings,
        })
    }

    /// Whom to ask for `reference`, in order; never none. `tls_verify` is the flag of that name.
    ///
    /// # Errors
    /// [`Kind::Denied`] when it is blocked; of certificates that are not whole.
    pub fn endpoints(
        &self,
        reference: &Reference,
        tls_verify: Option<bool>,
        purpose: Purpose,
    ) -> Result<Vec<Endpoint>> {
        let name = Name::of(reference);
        self.refuse_blocked(&name)?;
        let table = self.podman.table(&name);
        let insecure = table.and_then(|table| table.insecure);
        let named = Site { host: reference.domain().to_owned(), path: reference.path().to_owned() };
        if purpose == Purpose::Push {
            return Ok(vec![self.endpoint(named, insecure, tls_verify)?]);
        }
        let mut endpoints = Vec::new();
        for (site, insecure) in self.mirrors(reference, &name, table) {
            if self.own.blocks(&Name::of_site(&site)).is_none() {
                endpoints.push(self.endpoint(site, insecure, tls_verify)?);
            }
        }
        let site = table.map_or(named, |table| table.site(reference));
        self.refuse_own_blocked(&Name::of_site(&site))?;
        endpoints.push(self.endpoint(site, insecure, tls_verify)?);
        Ok(endpoints)
    }

    /// The registry `server` itself, with no repository: to log in, or to search.
    ///
    /// # Errors
    /// As of [`Settings::endpoints`].
    pub fn registry_endpoint(&self, server: &Server, tls_verify: Option<bool>) -> Result<Endpoint> {
        let site = Site { host: server.name().to_owned(), path: String::new() };
        let name = Name::of_site(&site);
        self.refuse_blocked(&name)?;
        let insecure = self.podman.table(&name).and_then(|table| table.insecure);
        self.endpoint(site, insecure, tls_verify)
    }

    /// The names that `typed` may stand for, in the order to try; never none. Nobody is asked.
    ///
    /// # Errors
    /// docker's words for what is no name of an image.
    pub fn candidates(&self, typed: &str) -> Result<Vec<Reference>> {
        names::candidates(typed, self.own.default.as_ref(), &self.podman)
    }

    /// Where copies of `reference` may be, and whether it was said that the place need prove nothing.
    fn mirrors(
        &self,
        reference: &Reference,
        name: &Name,
        table: Option<&Table>,
    ) -> Vec<(Site, Option<bool>)> {
        let below = |prefix: &Prefix, mirrors: &[Mirror]| {
            let served = mirrors.iter().filter(|mirror| mirror.serves(reference));
            let moved =
                served.map(|mirror| (mirror.site.join(prefix.below(reference.path())), mirror.insecure));
            moved.collect::<Vec<_>>()
        };
        if let Some((prefix, mirrors)) = closest(&self.own.mirrors, |(prefix, _)| prefix, name) {
            return below(prefix, mirrors);
        }
        match table {
            Some(table) if table.redirects() => below(&table.prefix, &table.mirrors),
            _ if reference.domain() == DEFAULT_DOMAIN => {
                let mirrors = self.daemon.mirrors().iter();
                mirrors.map(|mirror| (mirror.site.join(reference.path()), mirror.insecure)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn endpoint(&self, site: Site, insecure: Option<bool>, tls_verify: Option<bool>) -> Result<Endpoint> {
        let server = Server::of(&site.host);
        Ok(Endpoint {
            registry: server.name().to_owned(),
            host: server.host().to_owned(),
            security: self.security(&site, insecure, tls_verify),
            trust: certificates::trust(&self.certificates, server.name())?,
            repository: site.path,
        })
    }

    /// How a host proves itself; `insecure` is what the entry says through which it was found.
    fn security(&self, site: &Site, insecure: Option<bool>, tls_verify: Option<bool>) -> Security {
        let of_host = || self.podman.table(&Name::of_site(site)).and_then(|table| table.insecure);
        let lenient = match tls_verify {
            Some(verify) => !verify,
            None if self.own.insecure.iter().any(|exempt| exempt.covers(&site.host)) => true,
            None => insecure
                .or_else(of_host)
                .unwrap_or_else(|| self.daemon.exempts(&site.host) || hosts::is_loopback(&site.host)),
        };
        if lenient { Security::Lenient } else { Security::Verified }
    }

    fn refuse_blocked(&self, name: &Name) -> Result<()> {
        self.refuse_own_blocked(name)?;
        match self.podman.table(name) {
            Some(table) if table.blocked => Err(blocked(name, &table.prefix, &table.file)),
            _ => Ok(()),
        }
    }

    fn refuse_own_blocked(&self, name: &Name) -> Result<()> {
        self.own.blocks(name).map_or(Ok(()), |prefix| Err(blocked(name, prefix, &self.own.file)))
    }
}

fn blocked(name: &Name, prefix: &Prefix, file: &Path) -> Error {
    let Name { host, rest } = name;
    let what = if rest.is_empty() { host.clone() } else { format!("{host}/{rest}") };
    Error::new(Kind::Denied, format!("`{what}` is blocked")).because(format!(
        "{} blocks `{}`",
        file.display(),
        prefix.text
    ))
}

/// How a file that was not read is told.
fn skipped(why: &str) -> String {
    format!("skipping settings of registries: {why}")
}

impl Own {
    fn read(text: &Registries, file: &Path) -> Result<Self> {
        let wrong = |key: &'static str| {
            move |why: String| {
                Error::new(Kind::Invalid, format!("the configuration file {} is wrong", file.display()))
                    .because(format!("`registries.{key}`: {why}"))
            }
        };
        let mirrors = text.mirrors.iter().map(|(prefix, urls)| {
            let urls = urls.iter().map(|url| Mirror::parse_url(url));
            Ok((Prefix::parse(prefix)?, urls.collect::<Result<_, _>>()?))
        });
        let insecure = text.insecure.iter().map(|entry| Exempt::parse(entry));
        let blocked = text.blocked.iter().map(|entry| Prefix::parse(entry));
        Ok(Self {
            file: file.to_owned(),
            default: text
                .default
                .as_deref()
                .map(Site::parse_registry)
                .transpose()
                .map_err(wrong("default"))?,
            insecure: insecure.collect::<Result<_, _>>().map_err(wrong("insecure"))?,
            mirrors: mirrors.collect::<Result<_, _>>().map_err(wrong("mirrors"))?,
            blocked: blocked.collect::<Result<_, _>>().map_err(wrong("blocked"))?,
        })
    }

    /// The entry that blocks `name`. One without a port blocks the host on every port.
    fn blocks(&self, name: &Name) -> Option<&Prefix> {
        let end = name.host.rfind(':').filter(|_| !name.host.ends_with(']')).unwrap_or(name.host.len());
        let portless = Name { host: name.host[..end].to_owned(), rest: name.rest.clone() };
        closest(&self.blocked, |prefix| prefix, name)
            .or_else(|| closest(&self.blocked, |prefix| prefix, &portless))
    }
}
