//! Names of registries, as people type them and as files of credentials have them for keys.

use crate::error::{Error, Result};
use crate::oci::reference::DEFAULT_DOMAIN;
use std::fmt;

/// What docker calls its Hub in files of credentials and to their helpers.
pub const HUB_KEY: &str = "https://index.docker.io/v1/";

/// Other names of [`DEFAULT_DOMAIN`]; the last one is the host that serves its repositories.
const HUB_NAMES: [&str; 3] = [DEFAULT_DOMAIN, "index.docker.io", HUB_HOST];
const HUB_HOST: &str = "registry-1.docker.io";

/// A registry: `host[:port]`, with one name for Docker Hub.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server(String);

impl Server {
    /// Reads what a person typed: a host, or a URL, of which only the host counts (so does docker).
    ///
    /// # Errors
    /// Usage, when there is no host in it.
    pub fn parse(typed: &str) -> Result<Self> {
        let (host, _) = split(typed);
        if !is_host(host) {
            return Err(Error::usage(format!("`{typed}` is not the name of a registry"))
                .fix("name it by host and port, for example registry.example:5000"));
        }
        Ok(Self::of(host))
    }

    /// The registry with this host.
    pub(crate) fn of(host: &str) -> Self {
        Self(if HUB_NAMES.contains(&host) { DEFAULT_DOMAIN } else { host }.to_owned())
    }

    /// As names of images have it: `docker.io`, `localhost:5000`.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// As docker's files and helpers have it.
    pub fn key(&self) -> &str {
        if self.0 == DEFAULT_DOMAIN { HUB_KEY } else { &self.0 }
    }

    /// Whom to dial.
    pub(crate) fn host(&self) -> &str {
        if self.0 == DEFAULT_DOMAIN { HUB_HOST } else { &self.0 }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Splits host and path, after the scheme where there is one.
pub(crate) fn split(text: &str) -> (&str, &str) {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    rest.split_once('/').unwrap_or((rest, ""))
}

/// Whether it may be `host[:port]`: it is also the name of a folder in `certs.d`.
pub(crate) fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let fits = !address.is_empty() && address.bytes().all(|c| c.is_ascii_hexdigit() || c == b':');
            (fits, port)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let word = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
            };
            (text[..end].split('.').all(word), &text[end..])
        }
    };
    let digits = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|c| c.is_ascii_digit());
    host && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_hub_has_one_name_and_one_key() {
        for typed in [
            "docker.io",
            "index.docker.io",
            "registry-1.docker.io",
            "https://index.docker.io/v1/",
            "https://docker.io",
            "http://index.docker.io",
        ] {
            let server = Server::parse(typed).unwrap();
            assert_eq!((server.name(), server.key()), ("docker.io", HUB_KEY), "{typed}");
            assert_eq!(server.host(), "registry-1.docker.io", "{typed}");
        }
    }

    #[test]
    fn other_registries_are_their_hosts() {
        for (typed, name) in [
            ("quay.io", "quay.io"),
            ("https://quay.io/v2/", "quay.io"),
            ("localhost:5000", "localhost:5000"),
            ("[::1]:5000", "[::1]:5000"),
            ("quay.io/some/path", "quay.io"),
            ("docker.io.evil.test", "docker.io.evil.test"),
            ("evil.index.docker.io", "evil.index.docker.io"),
        ] {
            let server = Server::parse(typed).unwrap();
            assert_eq!((server.name(), server.key(), server.host()), (name, name, name), "{typed}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for typed in [
            "",
            "/",
            "..",
            "../x",
            ".",
            "a..b",
            "https://",
            "ftp://x",
            "a b",
            "user@host",
            "host:",
            "host:x",
            "host:+1",
            "host:65536",
            "host\n",
            "[::1",
            "[]",
            "[::1]x",
        ] {
            assert!(Server::parse(typed).is_err(), "{typed:?}");
        }
    }
}
