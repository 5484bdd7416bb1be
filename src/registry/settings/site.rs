//! Namespaces of repositories: where they are, and what of a name falls under one.

use crate::oci::reference::Reference;
use crate::registry::server::{self, Server};

/// A namespace on a host: `host[:port][/path]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    pub host: String,
    /// Without slashes at its ends; empty for all of the host.
    pub path: String,
}

impl Site {
    /// Reads `host[:port][/path]`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.strip_suffix('/').unwrap_or(text);
        let (host, path) = trimmed.split_once('/').unwrap_or((trimmed, ""));
        if !server::is_host(host) || !(path.is_empty() || is_path(path)) {
            return Err(format!("`{text}` is not of the form host[:port][/path]"));
        }
        Ok(Self { host: Server::of(host).name().to_owned(), path: path.to_owned() })
    }

    /// Reads the same as a URL. `http` says that the host proves nothing.
    pub(super) fn parse_url(text: &str) -> Result<(Self, Option<bool>), String> {
        let wrong = |_| format!("`{text}` is not of the form https://host[:port][/path]");
        match text.strip_prefix("http://") {
            Some(rest) => Ok((Self::parse(rest).map_err(wrong)?, Some(true))),
            None => {
                let rest = text.strip_prefix("https://").unwrap_or(text);
                Ok((Self::parse(rest).map_err(wrong)?, None))
            }
        }
    }

    /// Reads what names of images can begin with: docker's rule takes it for a registry.
    pub(super) fn parse_registry(text: &str) -> Result<Self, String> {
        let site = Self::parse(text)?;
        let named = site.qualify("x");
        match named.is_ok_and(|reference| reference.domain() == site.host) {
            true => Ok(site),
            false => {
                Err(format!("no name of an image can begin with `{text}`, which has neither dot nor port"))
            }
        }
    }

    /// The name that `below` has here.
    pub(super) fn qualify(&self, below: &str) -> crate::error::Result<Reference> {
        let Self { host, path } = self.join(below);
        format!("{host}/{path}").parse()
    }

    /// Where the repository `below` this namespace is.
    pub(super) fn join(&self, below: &str) -> Self {
        let path = match (self.path.as_str(), below) {
            ("", below) => below.to_owned(),
            (path, "") => path.to_owned(),
            (path, below) => format!("{path}/{below}"),
        };
        Self { host: self.host.clone(), path }
    }
}

/// Components that can neither leave the namespace nor end the URL.
fn is_path(text: &str) -> bool {
    text.split('/').all(|part| {
        let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b'~');
        !matches!(part, "" | "." | "..") && part.bytes().all(fits)
    })
}

/// A name as prefixes see it: the host, and `path[:tag][@digest]`.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub host: String,
    pub rest: String,
}

impl Name {
    pub(super) fn of(reference: &Reference) -> Self {
        let rest = reference.canonical().split_once('/').map(|(_, rest)| rest.to_owned());
        Self { host: reference.domain().to_owned(), rest: rest.unwrap_or_default() }
    }

    /// A whole registry, or all below a namespace.
    pub(super) fn of_site(site: &Site) -> Self {
        Self { host: site.host.clone(), rest: site.path.clone() }
    }
}

/// What the beginning of a name must be: `host[:port][/path][:tag|@digest]`, or `*.domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix {
    /// As it is written, for messages.
    pub text: String,
    host: Host,
    /// `path[:tag|@digest]`; empty for all of the host.
    rest: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    Is(String),
    /// Any host that ends so; it begins with a dot.
    Below(String),
}

impl Prefix {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |_| format!("`{text}` is neither of the form host[:port][/path] nor *.domain");
        if let Some(domain) = text.strip_prefix('*') {
            let whole = domain.strip_prefix('.').ok_or_else(|| wrong(String::new()))?;
            let site = Site::parse(whole).map_err(wrong)?;
            if site.host != whole {
                return Err(wrong(String::new()));
            }
            return Ok(Self { text: text.into(), host: Host::Below(domain.into()), rest: String::new() });
        }
        // Only behind a path is a colon a tag's and not a port's.
        let path_begins = text.find('/').unwrap_or(text.len());
        let suffix_begins =
            text[path_begins..].find([':', '@']).map_or(text.len(), |offset| path_begins + offset);
        let site = Site::parse(&text[..suffix_begins]).map_err(wrong)?;
        let suffix = &text[suffix_begins..];
        let fits = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b':' | b'@');
        if !suffix.bytes().all(fits) || (site.path.is_empty() && !suffix.is_empty()) {
            return Err(wrong(String::new()));
        }
        Ok(Self { text: text.into(), rest: site.path + suffix, host: Host::Is(site.host) })
    }

    /// How closely `name` is matched, if at all: a host of its own is closer than any wildcard. Hosts are
    /// compared without case, as the name service does.
    pub(super) fn closeness(&self, name: &Name) -> Option<(bool, usize)> {
        let host_fits = match &self.host {
            Host::Is(host) => host.eq_ignore_ascii_case(&name.host),
            Host::Below(domain) => {
                let begins = name.host.len().checked_sub(domain.len()).filter(|begins| *begins > 0);
                begins
                    .and_then(|begins| name.host.get(begins..))
                    .is_some_and(|end| end.eq_ignore_ascii_case(domain))
            }
        };
        let rest_fits = self.rest.is_empty()
            || name
                .rest
                .strip_prefix(self.rest.as_str())
                .is_some_and(|below| below.is_empty() || below.starts_with(['/', ':', '@']));
        (host_fits && rest_fits).then_some((matches!(self.host, Host::Is(_)), self.text.len()))
    }

    /// What of the repository `path` is below this prefix, which matches it.
    pub(super) fn below<'a>(&self, path: &'a str) -> &'a str {
        let own = self.rest.find([':', '@']).map_or(self.rest.as_str(), |end| &self.rest[..end]);
        path.strip_prefix(own).unwrap_or(path).trim_start_matches('/')
    }
}

/// The entry whose prefix matches `name` most closely.
pub(super) fn closest<'a, T>(
    entries: impl IntoIterator<Item = &'a T>,
    prefix: impl Fn(&T) -> &Prefix,
    name: &Name,
) -> Option<&'a T> {
    let matching = entries.into_iter().filter_map(|entry| Some((prefix(entry).closeness(name)?, entry)));
    // Of equals the first: max_by_key would give the last.
    let mut best: Option<((bool, usize), &T)> = None;
    for (closeness, entry) in matching {
        if best.as_ref().is_none_or(|(other, _)| closeness > *other) {
            best = Some((closeness, entry));
        }
    }
    best.map(|(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::of(&text.parse().unwrap())
    }

    #[test]
    fn a_prefix_ends_where_a_component_ends() {
        for (prefix, matching, strange) in [
            ("a.b", &["a.b/x", "a.b/x/y:1", "A.B/x"][..], &["a.b.c/x", "xa.b/x", "a.b:80/x", "c.a.b/x"][..]),
            ("a.b:80", &["a.b:80/x"], &["a.b/x", "a.b:8080/x"]),
            ("a.b/x", &["a.b/x", "a.b/x:1", "a.b/x/y"], &["a.b/xy", "a.b/y/x"]),
            ("a.b/x:1", &["a.b/x:1"], &["a.b/x", "a.b/x:12", "a.b/x:2"]),
            ("*.a.b", &["c.a.b/x", "d.c.a.b/x/y"], &["a.b/x", "ca.b/x", "c.a.b.d/x", "c.a.b:80/x"]),
            ("index.docker.io", &["alpine", "u/x"], &["quay.io/x"]),
        ] {
            let prefix = Prefix::parse(prefix).unwrap();
            for text in matching {
                assert!(prefix.closeness(&name(text)).is_some(), "{prefix:?} {text}");
            }
            for text in strange {
                assert!(prefix.closeness(&name(text)).is_none(), "{prefix:?} {text}");
            }
        }
    }

    #[test]
    fn the_closest_prefix_wins() {
        let entries = ["*.b.example", "a.b.example", "a.b.example/x", "*.example"];
        let entries = entries.map(|text| Prefix::parse(text).unwrap());
        for (text, wanted) in
            [("a.b.example/x/y", 2), ("a.b.example/y", 1), ("c.b.example/y", 0), ("c.example/y", 3)]
        {
            assert_eq!(closest(&entries, |prefix| prefix, &name(text)), Some(&entries[wanted]), "{text}");
        }
        assert_eq!(closest(&entries, |prefix| prefix, &name("example.com/y")), None);
    }

    #[test]
    fn what_is_below_a_prefix_moves_with_it() {
        for (prefix, path, below) in
            [("a.b", "x/y", "x/y"), ("a.b/x", "x/y", "y"), ("a.b/x:1", "x", ""), ("*.a.b", "x", "x")]
        {
            assert_eq!(Prefix::parse(prefix).unwrap().below(path), below, "{prefix}");
        }
        assert_eq!(Site::parse("a.b/c/").unwrap().join("x/y").path, "c/x/y");
        assert_eq!(Site::parse("a.b").unwrap().join("x").path, "x");
    }

    #[test]
    fn what_is_no_namespace_is_refused() {
        for text in
            ["", "/", "https://a.b", "a.b//x", "a.b/../x", "a b", "a.b/x y", "a.b/x?y", "u@a.b", "a.b/x#"]
        {
            assert!(Site::parse(text).is_err(), "{text:?}");
        }
        for text in ["", "*", "*a.b", "*.", "a.*.b", "*.a.b/x", "a.b/x:1/y", "a.b@x", "a.b/x:\n"] {
            assert!(Prefix::parse(text).is_err(), "{text:?}");
        }
        assert!(Site::parse_url("ftp://a.b").is_err());
        assert_eq!(Site::parse_url("http://a.b:80/x/").unwrap().1, Some(true));
        assert!(Site::parse_registry("mirror/x").is_err());
        assert!(Site::parse_registry("localhost/x").is_ok());
    }
}
