//! HTTP/1.1 as far as a registry needs it: requests in, answers out.

use std::io::{self, BufRead, Read, Write};

/// A request without its body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    headers: Vec<(String, String)>,
}

impl Request {
    /// The next one on a connection; `None` when there are no more.
    pub(super) fn read(source: &mut impl BufRead) -> io::Result<Option<Self>> {
        let first = line(source)?;
        let mut words = first.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        let mut request = Self {
            method: method.to_owned(),
            path: decoded(path),
            query: query.collect(),
            headers: Vec::new(),
        };
        loop {
            let line = line(source)?;
            let Some((name, value)) = line.split_once(':') else { return Ok(Some(request)) };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// A value of the query.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether `pattern`, a method and a part of a path, is about this request: `GET /blobs/`.
    pub(crate) fn is(&self, pattern: &str) -> bool {
        let (method, part) = pattern.split_once(' ').unwrap_or((pattern, ""));
        self.method == method && self.path.contains(part)
    }

    /// Where the wanted bytes begin, and the last of them.
    pub(crate) fn range(&self) -> Option<(usize, Option<usize>)> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()))
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.headers.retain(|(header, _)| header != name);
    }

    /// Its body, at most `most` bytes, and whether that is all.
    pub(super) fn body(
        &self,
        source: &mut impl BufRead,
        to: &mut impl Write,
        most: usize,
    ) -> io::Result<(Vec<u8>, bool)> {
        if self.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            to.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let mut body = Vec::new();
        if self.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            loop {
                let length = line(source)?;
                let length = usize::from_str_radix(length.split(';').next().unwrap_or_default().trim(), 16);
                let length = length.map_err(io::Error::other)?;
                let whole = read_into(&mut body, source, length, most)?;
                line(source)?;
                if length == 0 || !whole {
                    return Ok((body, whole));
                }
            }
        }
        let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let whole = read_into(&mut body, source, length, most)?;
        Ok((body, whole))
    }
}

/// Reads `length` bytes more, so long as `body` has at most `most`; says whether it read them all.
fn read_into(body: &mut Vec<u8>, source: &mut impl Read, length: usize, most: usize) -> io::Result<bool> {
    let wanted = length.min(most.saturating_sub(body.len()));
    let read = source.take(wanted as u64).read_to_end(body)?;
    Ok(read == length)
}

fn line(source: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    source.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Undoes `%2F`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => (bytes.push(byte), rest = &after[2..]),
            None => (bytes.push(*first), rest = after),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer in the making.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An error as registries tell it.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        let errors = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
        Self::new(status).with("Content-Type", "application/json").saying(errors.to_string())
    }

    /// With a header, instead of what it said before.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(header, _)| *header != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn saying(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// All that stands before the body.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} as planned\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.headers.iter().any(|(name, _)| *name == "Content-Length") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        (head + "\r\n").into_bytes()
    }
}
