//! What lies behind an http or https URL: for `ADD`, a context, or a Dockerfile.

use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::{Digest, Hasher};
use crate::registry::proxy;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use ureq::http::{HeaderMap, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, Timeout};

/// How rcon calls itself.
const USER_AGENT: &str = concat!("rcon/", env!("CARGO_PKG_VERSION"));
/// Redirects of one request, as many as docker follows.
const REDIRECTS: u32 = 10;
/// Bytes of all headers of an answer.
const HEADER_LIMIT: usize = 64 * 1024;
/// Bytes of one header that is kept.
const HEADER_LONGEST: usize = 1024;
/// Bytes that are fetched at most.
const LIMIT: u64 = 64 << 30;
/// Bytes read and written at once.
const BUFFER: usize = 128 * 1024;
/// Bytes of a name of a file.
const NAME_LONGEST: usize = 255;
/// A name for what has none, BuildKit's.
const UNNAMED: &str = "__unnamed__";
/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(30);
/// Without a byte.
const STALL: Duration = Duration::from_secs(60);

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Where it lies; mode 0600, its time is `mtime` or 1970, as BuildKit has both.
    pub file: PathBuf,
    /// What it is called: one part of a path, the last of the URL's. What the server calls it counts for
    /// nothing, as in docker, where the Dockerfile alone says what an image will hold.
    pub name: String,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`, as sent.
    pub last_modified: Option<String>,
    /// The same in seconds since 1970.
    pub mtime: Option<i64>,
    /// SHA-256 of all bytes.
    pub digest: Digest,
}

/// Fetches `url` to a file in the folder `into`; `checksum` is what its SHA-256 must be.
///
/// # Errors
/// [`Kind::Invalid`] when the checksum is another, [`Kind::NotFound`] or [`Kind::System`] for the answers of a
/// server, in BuildKit's words. Nothing stays in `into` then.
pub fn fetch(url: &str, checksum: Option<Digest>, into: &Path) -> Result<Fetched> {
    let response = get(url)?;
    let name = name_of(url);
    let etag = text(response.headers(), &header::ETAG);
    let last_modified = text(response.headers(), &header::LAST_MODIFIED);
    let mtime = last_modified.as_deref().and_then(seconds);
    let file = into.join(&name);
    let result = store(response.into_body(), &file, mtime).and_then(|digest| match checksum {
        Some(wanted) if wanted != digest => Err(Error::new(
            Kind::Invalid,
            format!("digest mismatch sha256:{}: sha256:{}", digest.hex(), wanted.hex()),
        )),
        _ => Ok(digest),
    });
    match result {
        Ok(digest) => Ok(Fetched { file, name, etag, last_modified, mtime, digest }),
        Err(error) => {
            // What cannot be removed goes with the folder.
            let _ = std::fs::remove_file(&file);
            Err(error)
        }
    }
}

fn get(url: &str) -> Result<ureq::http::Response<Body>> {
    let shown = redacted(url);
    let invalid = || Error::usage(format!("`{shown}` is no URL of http or https"));
    if !super::is_url(url) {
        return Err(invalid());
    }
    let agent = agent(url)?;
    // What stands behind `#` is for us, not for the server.
    let request = agent.get(url.split('#').next().unwrap_or(url));
    match request.call() {
        Ok(response) if response.status().is_success() => Ok(response),
        Ok(response) => {
            let status = response.status().as_u16();
            let kind = if status == 404 { Kind::NotFound } else { Kind::System };
            Err(Error::new(kind, format!("invalid response status {status}")).because(&shown))
        }
        Err(cause) => Err(refused(&shown, cause, invalid)),
    }
}

/// From https no redirect leads to plain http.
fn agent(url: &str) -> Result<Agent> {
    let secure = url.starts_with("https://");
    let config = Agent::config_builder()
        .tls_config(if secure { tls()? } else { TlsConfig::builder().build() })
        .https_only(secure)
        .proxy(proxy::for_url(url)?)
        .http_status_as_error(false)
        .max_redirects(REDIRECTS)
        .user_agent(USER_AGENT)
        .accept("*/*")
        .accept_encoding("identity")
        .max_response_header_size(HEADER_LIMIT)
        .timeout_connect(Some(CONNECT))
        .timeout_per_read(Some(STALL))
        .timeout_per_write(Some(STALL));
    Ok(config.build().new_agent())
}

/// The authorities of the host, as every other program there trusts them.
fn tls() -> Result<TlsConfig> {
    let found = rustls_native_certs::load_native_certs();
    let authorities: Vec<Certificate<'static>> =
        found.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    let roots = match authorities.is_empty() {
        true => RootCerts::WebPki,
        false => RootCerts::Specific(Arc::new(authorities)),
    };
    Ok(TlsConfig::builder().root_certs(roots).build())
}

/// Writes a body down.
fn store(body: Body, path: &Path, mtime: Option<i64>) -> Result<Digest> {
    let what = || format!("writing {}", path.display());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).what(what)?;
    let digest = copy(&mut body.into_with_config().limit(LIMIT).reader(), &mut file, path)?;
    let seconds = mtime.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or_default();
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    file.set_modified(time.unwrap_or(SystemTime::UNIX_EPOCH)).what(what)?;
    Ok(digest)
}

fn copy(body: &mut dyn Read, file: &mut File, path: &Path) -> Result<Digest> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; BUFFER];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                file.write_all(&buffer[..count]).what(|| format!("writing {}", path.display()))?;
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause).what(|| "reading what is fetched"),
        }
    }
}

/// The last part of the path of an URL, as a name that is safe to be one.
pub(super) fn name_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    let decoded = String::from_utf8_lossy(&decoded(path)).into_owned();
    let name = decoded.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let safe = !name.is_empty()
        && name != "."
        && name != ".."
        && name.len() <= NAME_LONGEST
        && !name.chars().any(char::is_control);
    if safe { name.to_owned() } else { UNNAMED.to_owned() }
}

/// Without `%41`; RFC 3986, 2.1.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Without a password, as it may be shown.
pub(super) fn redacted(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://xxxxx@{host}{path}"),
        None => url.to_owned(),
    }
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= HEADER_LONGEST).then(|| value.to_owned())
}

/// `Wed, 21 Oct 2015 07:28:00 GMT` in seconds since 1970; RFC 9110, 5.6.7.
fn seconds(date: &str) -> Option<i64> {
    DateTimeParser::new().parse_timestamp(date).ok().map(Timestamp::as_second)
}

fn refused(shown: &str, cause: ureq::Error, invalid: impl Fn() -> Error) -> Error {
    let error = Error::new(Kind::System, format!("Get \"{shown}\""));
    match cause {
        ureq::Error::Io(cause) => error.why(cause),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => invalid(),
        ureq::Error::TooManyRedirects => error.because(format!("stopped after {REDIRECTS} redirects")),
        ureq::Error::RequireHttpsOnly(_) => {
            Error::new(Kind::Denied, format!("Get \"{shown}\"")).because("a redirect from https to http")
        }
        ureq::Error::HostNotFound => error.because("no such host"),
        ureq::Error::Timeout(Timeout::Connect) => error.because("no connection in time"),
        ureq::Error::Timeout(_) => error.because("no answer in time"),
        ureq::Error::Rustls(cause) => error.why(cause),
        ureq::Error::Tls(words) => error.because(words),
        ureq::Error::LargeResponseHeader(..) => error.because("the headers of the answer are too long"),
        ureq::Error::ConnectProxyFailed(words) => error.because(format!("its proxy: {words}")),
        _ => error.because("the connection failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::served::{Answer, serve};
    use super::*;

    #[test]
    fn a_file_is_fetched_with_what_is_told_of_it() {
        let headers = "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\nETag: \"x\"\r\n\
                       Content-Disposition: attachment; filename=\"../../evil\"\r\n";
        let server = serve(vec![Answer::ok(headers, b"hello\n")]);
        let folder = tempfile::tempdir().unwrap();
        let fetched = fetch(&format!("{server}/dir/a%20b.txt?q=1#f"), None, folder.path()).unwrap();
        assert_eq!(fetched.name, "a b.txt");
        assert_eq!(fetched.file, folder.path().join("a b.txt"));
        assert_eq!(std::fs::read(&fetched.file).unwrap(), b"hello\n");
        assert_eq!((fetched.mtime, fetched.etag.as_deref()), (Some(1_445_412_480), Some("\"x\"")));
        assert_eq!(fetched.digest, Digest::of(b"hello\n"));
        let modified = fetched.file.metadata().unwrap().modified().unwrap();
        assert_eq!(modified.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs(), 1_445_412_480);
    }

    #[test]
    fn a_checksum_that_differs_leaves_nothing() {
        let server = serve(vec![Answer::ok("", b"hello\n"), Answer::ok("", b"hello\n")]);
        let folder = tempfile::tempdir().unwrap();
        let url = format!("{server}/x");
        let error = fetch(&url, Some(Digest::of(b"other")), folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("digest mismatch sha256:5891b5b5"), "{error}");
        assert!(!folder.path().join("x").exists());
        fetch(&url, Some(Digest::of(b"hello\n")), folder.path()).unwrap();
    }

    #[test]
    fn redirects_are_followed_and_bounded() {
        let server = serve(vec![Answer::redirect("/final"), Answer::ok("", b"there")]);
        let folder = tempfile::tempdir().unwrap();
        let fetched = fetch(&format!("{server}/first"), None, folder.path()).unwrap();
        assert_eq!((fetched.name.as_str(), fetched.digest), ("first", Digest::of(b"there")));
        let server = serve((0..20).map(|_| Answer::redirect("/loop")).collect());
        let error = fetch(&format!("{server}/loop"), None, folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("stopped after 10 redirects"), "{error}");
    }

    #[test]
    fn what_is_no_success_is_told_by_its_status() {
        let folder = tempfile::tempdir().unwrap();
        let server = serve(vec![Answer::status(404), Answer::status(500)]);
        let error = fetch(&format!("{server}/x"), None, folder.path()).unwrap_err();
        assert!(error.to_string().starts_with("invalid response status 404"), "{error}");
        assert_eq!(error.kind, Kind::NotFound);
        let error = fetch(&format!("{server}/x"), None, folder.path()).unwrap_err();
        assert!(error.to_string().starts_with("invalid response status 500"), "{error}");
        let error = fetch("http://127.0.0.1:1/x", None, folder.path()).unwrap_err().to_string();
        assert_eq!(error, "Get \"http://127.0.0.1:1/x\": connection refused");
        for url in ["ftp://x/y", "http://", "http://a b/", "x"] {
            assert!(fetch(url, None, folder.path()).is_err(), "{url}");
        }
    }

    #[test]
    fn a_body_that_ends_early_is_an_error() {
        let server = serve(vec![Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")]);
        let folder = tempfile::tempdir().unwrap();
        assert!(fetch(&format!("{server}/x"), None, folder.path()).is_err());
        assert!(!folder.path().join("x").exists());
    }

    #[test]
    fn names_are_safe() {
        for (url, name) in [
            ("http://h/a.txt", "a.txt"),
            ("http://h/dir/", "dir"),
            ("http://h/", "__unnamed__"),
            ("http://h", "__unnamed__"),
            ("http://h?x=/y", "__unnamed__"),
            ("http://h/a/..", "__unnamed__"),
            ("http://h/%2e%2e", "__unnamed__"),
            ("http://h/a%20b%2fc.txt", "c.txt"),
            ("http://h/..%2f..%2fetc%2fpasswd", "passwd"),
            ("http://h/a%00b", "__unnamed__"),
            ("http://h/100%", "100%"),
            (&format!("http://h/{}", "x".repeat(256)), "__unnamed__"),
        ] {
            assert_eq!(name_of(url), name, "{url}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(redacted("https://u:p@h/x?a=b@c"), "https://xxxxx@h/x?a=b@c");
        assert_eq!(redacted("git@h:x"), "git@h:x");
    }
}
