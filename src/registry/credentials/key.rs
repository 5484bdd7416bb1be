//! What a credential is for. A key covers exactly what it names: a registry, or a namespace below one, and
//! never another registry that is only spelt like it.

use crate::registry::server::{self, Server};

/// A registry, or a namespace of one (podman's `host/path`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub server: Server,
    /// Without slashes at its ends; empty for all of the registry.
    path: String,
}

impl Key {
    /// Reads a key of a file, or the name of a repository. Of a URL the versions of the registry's own
    /// interface are no namespace: `https://index.docker.io/v1/`. `None` when there is no host in it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, path) = server::split(text);
        let is_url = text.contains("://") || path.ends_with('/');
        let path = match path.trim_end_matches('/') {
            "v1" | "v2" if is_url => "",
            path => path,
        };
        server::is_host(host).then(|| Self { server: Server::of(host), path: path.to_owned() })
    }

    /// The whole of a registry.
    pub(super) fn of(server: &Server) -> Self {
        Self { server: server.clone(), path: String::new() }
    }

    /// This one, then the namespaces around it, then the registry (containers-auth.json(5)).
    pub(super) fn outwards(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), |key| {
            let end = (!key.path.is_empty()).then(|| key.path.rfind('/').unwrap_or(0))?;
            Some(Self { server: key.server.clone(), path: key.path[..end].to_owned() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_registry_are_one_key() {
        for spellings in [
            &[
                "docker.io",
                "index.docker.io",
                "https://index.docker.io/v1/",
                "registry-1.docker.io",
                "https://docker.io",
            ][..],
            &[
                "quay.io",
                "https://quay.io",
                "http://quay.io/",
                "https://quay.io/v1/",
                "https://quay.io/v2",
                "quay.io/v2/",
            ],
            &["a.b/c", "https://a.b/c/"],
        ] {
            let keys: Vec<_> = spellings.iter().map(|text| Key::parse(text).unwrap()).collect();
            assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_another_key() {
        let wanted = Key::parse("azurecr.io").unwrap();
        for other in [
            "evil.azurecr.io",
            "azurecr.io.attacker.test",
            "azurecr.io:443",
            "xazurecr.io",
            "azurecr.io/v1",
            "azurecr.io/x",
            "https://index.docker.io/v1/access-token",
            "https://attacker.test/azurecr.io",
        ] {
            assert_ne!(Key::parse(other), Some(wanted.clone()), "{other}");
        }
        for text in ["", "https://", "user@azurecr.io", "azurecr.io?", "*"] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }

    #[test]
    fn namespaces_lead_outwards_to_the_registry() {
        let outwards: Vec<_> = Key::parse("a.b/c/d").unwrap().outwards().map(|key| key.path).collect();
        assert_eq!(outwards, ["c/d", "c", ""]);
        assert_eq!(Key::parse("a.b").unwrap().outwards().count(), 1);
    }
}
