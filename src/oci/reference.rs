//! Names of images as people type them (docker's reference grammar): `[domain[:port]/]path[:tag][@digest]`,
//! with `docker.io` and its `library/` left out where docker leaves them out.

use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use std::fmt;
use std::str::FromStr;

/// The registry of names that have none.
pub const DEFAULT_DOMAIN: &str = "docker.io";
/// The tag of names that have neither tag nor digest.
pub const DEFAULT_TAG: &str = "latest";

/// The older name of [`DEFAULT_DOMAIN`].
const LEGACY_DOMAIN: &str = "index.docker.io";
/// Where [`DEFAULT_DOMAIN`] keeps repositories of one component.
const OFFICIAL: &str = "library/";
/// The longest path of a repository, in bytes.
const MAX_PATH: usize = 255;
/// The longest tag, in bytes.
const MAX_TAG: usize = 128;

/// A name of an image, normalised: it always has a domain and a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Reference {
    /// The registry, with its port: `docker.io`, `localhost:5000`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The repository inside its registry: `library/alpine`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, where one was given.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, where one was given.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The full name of the repository: `docker.io/library/alpine`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }

    /// The name of the repository as docker's tables show it: `alpine`, `grafana/loki`, `quay.io/x/y`.
    pub fn familiar_repository(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return self.repository();
        }
        match self.path.strip_prefix(OFFICIAL) {
            Some(official) if !official.contains('/') => official.to_owned(),
            _ => self.path.clone(),
        }
    }

    /// The whole name as docker shows it to people: `alpine:3`.
    pub fn familiar(&self) -> String {
        self.with_suffix(self.familiar_repository())
    }

    /// The whole name with nothing left out: `docker.io/library/alpine:3`.
    pub fn canonical(&self) -> String {
        self.with_suffix(self.repository())
    }

    fn with_suffix(&self, mut name: String) -> String {
        if let Some(tag) = &self.tag {
            name.push(':');
            name.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            name.push('@');
            name.push_str(&digest.to_string());
        }
        name
    }

    /// The same name, with the tag `latest` where it has neither tag nor digest.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some(DEFAULT_TAG.to_owned());
        }
        self
    }

    /// The same repository with `tag`, and without a digest.
    pub fn with_tag(mut self, tag: &str) -> Result<Self> {
        if !is_tag(tag) {
            return Err(Error::usage("invalid tag format"));
        }
        self.tag = Some(tag.to_owned());
        self.digest = None;
        Ok(self)
    }

    /// The same repository with `digest`, and without a tag.
    #[must_use]
    pub fn with_digest(mut self, digest: Digest) -> Self {
        self.tag = None;
        self.digest = Some(digest);
        self
    }
}

/// The canonical name.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical())
    }
}

/// Errors are docker's words; scripts look for them.
impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if is_identifier(text) {
            return Err(Error::usage(format!(
                "invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
            )));
        }
        let (domain, rest) = split_domain(text);
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        let path = match domain == DEFAULT_DOMAIN && !path.contains('/') {
            true => format!("{OFFICIAL}{path}"),
            false => path.to_owned(),
        };
        if path.to_lowercase() != path {
            return Err(Error::usage(format!(
                "invalid reference format: repository name ({path}) must be lowercase"
            )));
        }
        let digest_fits = digest.is_none_or(is_digest);
        if !is_domain(domain) || !is_path(&path) || !tag.is_none_or(is_tag) || !digest_fits {
            return Err(Error::usage("invalid reference format"));
        }
        if path.len() > MAX_PATH {
            return Err(Error::usage(format!("repository name must not be more than {MAX_PATH} characters")));
        }
        let digest = digest.map(known_digest).transpose()?;
        Ok(Self { domain: domain.to_owned(), path, tag: tag.map(str::to_owned), digest })
    }
}

/// A digest that has the shape of one, of the one algorithm there is here.
fn known_digest(text: &str) -> Result<Digest> {
    match text.split_once(':') {
        Some(("sha256", hex)) if hex.len() != 64 => Err(Error::usage("invalid checksum digest length")),
        Some(("sha256", hex)) => {
            Digest::from_hex(hex).ok_or_else(|| Error::usage("invalid checksum digest format"))
        }
        _ => Err(Error::new(Kind::Unsupported, "unsupported digest algorithm")),
    }
}

/// Whether it is a full id, which a name must not look like.
fn is_identifier(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// Docker's rule for what before the first `/` is a registry: it has a dot or a port, or an upper-case
/// letter (which no path can have), or is `localhost`.
fn split_domain(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((LEGACY_DOMAIN, rest)) => (DEFAULT_DOMAIN, rest),
        Some((first, rest))
            if first == "localhost" || first.contains(['.', ':']) || first.to_lowercase() != first =>
        {
            (first, rest)
        }
        _ => (DEFAULT_DOMAIN, text),
    }
}

/// `host[:port]`: components of letters, digits and inner hyphens, or an IPv6 address in brackets.
fn is_domain(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let fits = !address.is_empty() && address.bytes().all(|c| c.is_ascii_hexdigit() || c == b':');
            if !fits {
                return false;
            }
            (None, port)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            (Some(&text[..end]), &text[end..])
        }
    };
    let host_fits = host.is_none_or(|host| host.split('.').all(is_domain_component));
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()));
    host_fits && port_fits
}

fn is_domain_component(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = bytes.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'-');
    let ends = [bytes.first(), bytes.last()];
    inner && ends.iter().all(|end| end.is_some_and(|c| c.is_ascii_alphanumeric()))
}

/// Components separated by `/`.
fn is_path(text: &str) -> bool {
    text.split('/').all(is_path_component)
}

/// Runs of lower-case letters and digits, with one `.`, one or two `_`, or hyphens between them.
fn is_path_component(text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(word)
        && text.ends_with(word)
        && text
            .split(word)
            .all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|c| c == b'-'))
}

/// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
fn is_tag(text: &str) -> bool {
    let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    text.len() <= MAX_TAG
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|c| word(c) || c == b'.' || c == b'-')
}

/// The shape of a digest of any algorithm: `name[+._-name]:` and at least 32 hex digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let named = algorithm.split(['+', '.', '_', '-']).all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|c| c.is_ascii_alphanumeric())
    });
    named && hex.len() >= 32 && hex.bytes().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn names_are_normalised_and_shown_short() {
        // Typed, canonical, familiar.
        let cases = [
            ("alpine", "docker.io/library/alpine", "alpine"),
            ("alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"),
            ("library/alpine", "docker.io/library/alpine", "alpine"),
            ("docker.io/alpine", "docker.io/library/alpine", "alpine"),
            ("docker.io/library/alpine:3", "docker.io/library/alpine:3", "alpine:3"),
            ("index.docker.io/alpine", "docker.io/library/alpine", "alpine"),
            ("index.docker.io/library/alpine", "docker.io/library/alpine", "alpine"),
            ("index.docker.io/u/x:1", "docker.io/u/x:1", "u/x:1"),
            ("registry-1.docker.io/u/x", "registry-1.docker.io/u/x", "registry-1.docker.io/u/x"),
            ("docker/foo", "docker.io/docker/foo", "docker/foo"),
            ("library/foo/bar", "docker.io/library/foo/bar", "library/foo/bar"),
            ("u/a/b/c", "docker.io/u/a/b/c", "u/a/b/c"),
            ("localhost/x", "localhost/x", "localhost/x"),
            ("localhost:5000/x", "localhost:5000/x", "localhost:5000/x"),
            ("localhost:5000", "docker.io/library/localhost:5000", "localhost:5000"),
            ("localhost", "docker.io/library/localhost", "localhost"),
            ("a.b", "docker.io/library/a.b", "a.b"),
            ("a.b/c", "a.b/c", "a.b/c"),
            ("quay.io/x/y:z", "quay.io/x/y:z", "quay.io/x/y:z"),
            ("host:80/x:tag", "host:80/x:tag", "host:80/x:tag"),
            ("127.0.0.1:5000/x/y", "127.0.0.1:5000/x/y", "127.0.0.1:5000/x/y"),
            ("[::1]:5000/x", "[::1]:5000/x", "[::1]:5000/x"),
            ("[2001:db8::1]/x:1", "[2001:db8::1]/x:1", "[2001:db8::1]/x:1"),
            ("Host/x", "Host/x", "Host/x"),
            ("HOST.io/x", "HOST.io/x", "HOST.io/x"),
            ("xn--n3h.com/x", "xn--n3h.com/x", "xn--n3h.com/x"),
            ("a__b", "docker.io/library/a__b", "a__b"),
            ("a---b", "docker.io/library/a---b", "a---b"),
            ("a.b_c-d", "docker.io/library/a.b_c-d", "a.b_c-d"),
            ("0", "docker.io/library/0", "0"),
            ("x:Tag_1.2-3", "docker.io/library/x:Tag_1.2-3", "x:Tag_1.2-3"),
            ("x:_", "docker.io/library/x:_", "x:_"),
            ("a/b:5000", "docker.io/a/b:5000", "a/b:5000"),
            ("dead", "docker.io/library/dead", "dead"),
        ];
        for (typed, canonical, familiar) in cases {
            let reference: Reference = typed.parse().unwrap_or_else(|error| panic!("{typed}: {error}"));
            assert_eq!(reference.canonical(), canonical, "{typed}");
            assert_eq!(reference.familiar(), familiar, "{typed}");
            assert_eq!(canonical.parse::<Reference>().unwrap(), reference, "{typed}");
            assert_eq!(familiar.parse::<Reference>().unwrap(), reference, "{typed}");
        }
    }

    #[test]
    fn digests_are_kept_beside_a_tag() {
        let reference: Reference = format!("alpine:3@sha256:{HEX}").parse().unwrap();
        assert_eq!(reference.tag(), Some("3"));
        assert_eq!(reference.digest().unwrap().hex(), HEX);
        assert_eq!(reference.familiar(), format!("alpine:3@sha256:{HEX}"));
        let reference: Reference = format!("h:1/x@sha256:{HEX}").parse().unwrap();
        assert_eq!((reference.tag(), reference.repository().as_str()), (None, "h:1/x"));
        assert_eq!(reference.clone().with_default_tag(), reference);
    }

    #[test]
    fn an_id_after_a_colon_is_a_tag_and_63_digits_are_a_name() {
        assert_eq!(format!("sha256:{HEX}").parse::<Reference>().unwrap().tag(), Some(HEX));
        assert_eq!(HEX[1..].parse::<Reference>().unwrap().familiar(), &HEX[1..]);
    }

    #[test]
    fn what_is_no_reference_is_refused_in_dockers_words() {
        let format = "invalid reference format";
        let uppercase =
            |name| format!("invalid reference format: repository name ({name}) must be lowercase");
        let long_tag = format!("x:{}", "a".repeat(129));
        let plain = [
            "",
            "/",
            "//",
            "/x",
            "x/",
            "a//b",
            "x:",
            ":x",
            "x@",
            "@x",
            "x::y",
            "x:a:b",
            "x: ",
            " x",
            "x y",
            "x:-a",
            "x:.a",
            "a..b",
            "a.-b",
            "a___b",
            "a_-b",
            "-a",
            "a-",
            ".a",
            "a.",
            "_a",
            "a_",
            "a/_b",
            "a/-b",
            "h:/x",
            "h:80a/x",
            "-h.io/x",
            "h-.io/x",
            "h..io/x",
            ".io/x",
            "foo_bar.com/x",
            "[::1/x",
            "[]/x",
            "[::g]/x",
            "[::1]x/y",
            "x@sha256",
            "x@sha256:",
            "x@sha256:abc",
            "x@:abc",
            "x\n",
            "x\0",
            "x:t\u{e9}",
            "\u{e9}",
            "https://h/x",
            "a/b:5000/c",
            "x@y@z",
            "x#1",
            "x:a/b",
            "$x",
            "a/../b",
            "../a",
            &long_tag,
        ];
        for typed in plain {
            assert_eq!(typed.parse::<Reference>().unwrap_err().to_string(), format, "{typed:?}");
        }
        for (typed, name) in [
            ("Alpine", "library/Alpine"),
            ("Alpine:3", "library/Alpine"),
            ("u/X", "u/X"),
            ("h.io/u/X:1", "u/X"),
            ("docker.io/X", "library/X"),
            ("\u{c9}", "library/\u{c9}"),
        ] {
            assert_eq!(typed.parse::<Reference>().unwrap_err().to_string(), uppercase(name), "{typed}");
        }
        assert_eq!(
            HEX.parse::<Reference>().unwrap_err().to_string(),
            format!("invalid repository name ({HEX}), cannot specify 64-byte hexadecimal strings")
        );
    }

    #[test]
    fn digests_of_other_kinds_are_named() {
        let words = |text: String| text.parse::<Reference>().unwrap_err().to_string();
        assert_eq!(words(format!("x@sha256:{}", "a".repeat(63))), "invalid checksum digest length");
        assert_eq!(words(format!("x@sha256:{}", "A".repeat(64))), "invalid checksum digest format");
        assert_eq!(words(format!("x@md5:{}", "a".repeat(32))), "unsupported digest algorithm");
        assert_eq!(words(format!("x@sha256:{}", "g".repeat(64))), "invalid reference format");
    }

    #[test]
    fn a_path_has_at_most_255_bytes() {
        assert!(format!("h.io/{}", "a".repeat(255)).parse::<Reference>().is_ok());
        let error = format!("h.io/{}", "a".repeat(256)).parse::<Reference>().unwrap_err();
        assert_eq!(error.to_string(), "repository name must not be more than 255 characters");
    }

    #[test]
    fn a_tag_or_a_digest_can_be_put_on() {
        let reference: Reference = "alpine".parse().unwrap();
        assert_eq!(reference.clone().with_default_tag().familiar(), "alpine:latest");
        assert_eq!(reference.clone().with_tag("3").unwrap().canonical(), "docker.io/library/alpine:3");
        assert_eq!(reference.clone().with_tag("-").unwrap_err().to_string(), "invalid tag format");
        let digest = Digest::from_hex(HEX).unwrap();
        assert_eq!(reference.with_digest(digest).familiar(), format!("alpine@sha256:{HEX}"));
    }
}
