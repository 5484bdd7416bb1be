//! Manifests and indexes: fetched, checked against what they call themselves, put, deleted.

use super::endpoint::Endpoint;
use super::repository::Repository;
use super::request::Answer;
use super::retry::Trouble;
use super::transport::{Call, Payload};
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::manifest::{DOCUMENT_LIMIT, check_length, media};
use serde::Deserialize;
use serde::de::IgnoredAny;
use ureq::http::Method;

/// What rcon reads, most wanted first.
const ACCEPTED: [&str; 4] = [media::INDEX, media::MANIFEST, media::DOCKER_INDEX, media::DOCKER_MANIFEST];
/// Types servers give to what they do not know.
const VAGUE: [&str; 4] = ["", "application/json", "application/octet-stream", "text/plain"];

/// Which manifest is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// The one that has this tag now.
    Tag(&'a str),
    /// The one with this digest.
    Digest(&'a Digest),
}

/// A manifest or an index as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedDocument {
    /// The bytes its digest is made of.
    pub bytes: Vec<u8>,
    /// What it is, as the server and the document agree.
    pub media_type: String,
    /// Of the bytes.
    pub digest: Digest,
}

impl Which<'_> {
    /// The path below the repository.
    fn path(self) -> Result<String> {
        match self {
            Self::Digest(digest) => Ok(format!("manifests/{digest}")),
            Self::Tag(tag) if is_tag(tag) => Ok(format!("manifests/{tag}")),
            Self::Tag(_) => Err(Error::usage("invalid tag format")),
        }
    }
}

impl Repository {
    /// The manifest or index that `which` means now.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `Invalid` when it is too long, not what its digest says, or not what it calls itself.
    pub fn manifest(&self, which: Which) -> Result<FetchedDocument> {
        let path = which.path()?;
        let fetch = |endpoint: &Endpoint| {
            let answer = self.ask(endpoint, Method::GET, &path, vec![("accept", ACCEPTED.join(", "))])?;
            let called = media_type(&answer);
            let told = told_digest(&answer);
            let bytes = answer.bytes(DOCUMENT_LIMIT)?;
            let digest = check_digest(which, told, &bytes)?;
            let media_type = agreed_type(&called, &bytes)?;
            Ok(FetchedDocument { bytes, media_type, digest })
        };
        Ok(self.anywhere(self.wire.patience.tries, fetch)?)
    }

    /// The digest of the manifest that `which` means now; nothing where there is none.
    ///
    /// # Errors
    /// Those of a registry that refuses or cannot be reached.
    pub fn manifest_digest(&self, which: Which) -> Result<Option<Digest>> {
        let path = which.path()?;
        let headers = || vec![("accept", ACCEPTED.join(", "))];
        let head = |endpoint: &Endpoint| {
            self.ask(endpoint, Method::HEAD, &path, headers()).map(|answer| told_digest(&answer))
        };
        match self.anywhere(self.wire.patience.tries, head) {
            Ok(Some(digest)) => Ok(Some(digest)),
            Err(trouble) if trouble.is_absence() => Ok(None),
            Ok(None) | Err(Trouble::Refused { status: 405 | 501, .. }) => {
                self.manifest(which).map(|document| Some(document.digest))
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Puts a manifest or an index, as `bytes`, and gives its digest.
    ///
    /// # Errors
    /// Those of the registry; `Invalid` when it took something else for it.
    pub fn put_manifest(&self, which: Which, media_type: &str, bytes: &[u8]) -> Result<Digest> {
        check_length(bytes)?;
        let path = which.path()?;
        let put = |endpoint: &Endpoint| {
            let call = Call {
                method: Method::PUT,
                headers: vec![("content-type", media_type.to_owned())],
                payload: Payload::Bytes(bytes),
                ..Call::get(self.address(endpoint, &path)?)
            };
            let answer = self.wire.ask(endpoint, call, &self.scope(endpoint))?;
            Ok(check_digest(which, told_digest(&answer), bytes)?)
        };
        Ok(self.at_home(put)?)
    }

    /// Deletes the manifest with this digest, and every tag that means it.
    ///
    /// # Errors
    /// `NotFound`, `Denied`, `Unsupported` where the registry deletes nothing.
    pub fn delete_manifest(&self, digest: &Digest) -> Result<()> {
        let delete = |endpoint: &Endpoint| {
            let address = self.address(endpoint, &format!("manifests/{digest}"))?;
            let call = Call { method: Method::DELETE, ..Call::get(address) };
            let scope = format!("repository:{}:pull,delete", endpoint.repository);
            self.wire.ask(endpoint, call, &scope).map(drop)
        };
        Ok(self.at_home(delete)?)
    }
}

/// What an answer's `Content-Type` is, without parameters.
fn media_type(answer: &Answer) -> String {
    let value = answer.header("content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What the server says the digest is; one of another algorithm says nothing.
fn told_digest(answer: &Answer) -> Option<Digest> {
    answer.header("docker-content-digest")?.parse().ok()
}

/// The digest of `bytes`, which must be the one asked for and the one the server told.
fn check_digest(which: Which, told: Option<Digest>, bytes: &[u8]) -> Result<Digest> {
    let digest = Digest::of(bytes);
    let asked = match which {
        Which::Digest(asked) => Some(*asked),
        Which::Tag(_) => None,
    };
    match asked.into_iter().chain(told).find(|wanted| *wanted != digest) {
        Some(wanted) => Err(invalid(format!("a manifest whose digest is {digest} and should be {wanted}"))),
        None => Ok(digest),
    }
}

/// The fields that tell what a document is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Called {
    media_type: Option<String>,
    manifests: Option<IgnoredAny>,
}

/// What a document is, when the server, who calls it `called`, and the document itself do not contradict.
fn agreed_type(called: &str, bytes: &[u8]) -> Result<String> {
    if called.starts_with("application/vnd.docker.distribution.manifest.v1") {
        let what = "a manifest of schema 1, which was given up in 2019";
        return Err(Error::new(Kind::Unsupported, what).fix("push the image again with a newer tool"));
    }
    let document: Called = serde_json::from_slice(bytes).map_err(|cause| invalid("a manifest").why(cause))?;
    let own = document.media_type.filter(|own| !own.is_empty());
    let agreed = match (VAGUE.contains(&called), own) {
        (false, Some(own)) if own != called => {
            return Err(invalid(format!(
                "a manifest that is `{called}` to its server and `{own}` to itself"
            )));
        }
        (true, Some(own)) => own,
        (true, None) if document.manifests.is_some() => media::INDEX.to_owned(),
        (true, None) => media::MANIFEST.to_owned(),
        (false, _) => called.to_owned(),
    };
    match ACCEPTED.contains(&agreed.as_str()) {
        true => Ok(agreed),
        false => Err(Error::new(Kind::Unsupported, format!("a manifest of the type `{agreed}`"))),
    }
}

fn is_tag(text: &str) -> bool {
    let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|c| word(c) || matches!(c, b'.' | b'-'))
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_and_document_must_agree_on_the_type() {
        let own = |own: &str| format!(r#"{{"mediaType":"{own}"}}"#);
        let index = media::INDEX;
        let manifest = media::DOCKER_MANIFEST;
        let cases = [
            (manifest, own(manifest), Some(manifest)),
            (manifest, "{}".to_owned(), Some(manifest)),
            (manifest, own(index), None),
            (index, own(manifest), None),
            ("application/json", own(index), Some(index)),
            ("", r#"{"manifests":[]}"#.to_owned(), Some(index)),
            ("text/plain", r#"{"layers":[]}"#.to_owned(), Some(media::MANIFEST)),
            ("application/json", own("x/y"), None),
            ("text/html", "{}".to_owned(), None),
            (manifest, "<html>".to_owned(), None),
            ("application/vnd.docker.distribution.manifest.v1+prettyjws", "{}".to_owned(), None),
        ];
        for (called, body, wanted) in cases {
            assert_eq!(agreed_type(called, body.as_bytes()).ok().as_deref(), wanted, "{called} {body}");
        }
    }

    #[test]
    fn a_tag_that_would_lead_elsewhere_is_refused() {
        for wrong in ["", "a/b", "..", "a?b", "@x", &"a".repeat(129)] {
            assert!(Which::Tag(wrong).path().is_err(), "{wrong}");
        }
        assert_eq!(Which::Tag("_3.20-x").path().unwrap(), "manifests/_3.20-x");
    }
}
