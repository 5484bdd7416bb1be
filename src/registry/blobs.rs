//! Blobs: read to the last byte, from where they broke off when a connection breaks.

use super::endpoint::Endpoint;
use super::headers::content_range;
use super::repository::Repository;
use super::request::Answer;
use super::retry::Trouble;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use std::fmt;
use std::io::{self, Read};
use ureq::BodyReader;
use ureq::http::Method;

/// A blob as it comes: exactly the bytes that were asked for, or an error. It is not hashed here.
pub struct Blob {
    repository: Repository,
    digest: Digest,
    size: u64,
    /// Bytes of the whole that are behind us.
    at: u64,
    body: Option<BodyReader<'static>>,
    /// Connections that gave no byte, one after the other.
    failures: u32,
}

impl Repository {
    /// The blob with this digest, which has `size` bytes, without its first `from` bytes. A connection that
    /// breaks, stalls or ends early is made again where it was, until several gave nothing.
    ///
    /// # Errors
    /// `NotFound`, `Denied`; `Invalid` when the registry has another length for it.
    pub fn blob(&self, digest: &Digest, size: u64, from: u64) -> Result<Blob> {
        if from > size {
            let what = format!("reading a blob of {size} bytes from byte {from}");
            return Err(Error::new(Kind::Invalid, what));
        }
        let (repository, digest) = (self.clone(), *digest);
        let mut blob = Blob { repository, digest, size, at: from, body: None, failures: 0 };
        if from < size {
            blob.open(self.wire.patience.tries)?;
        }
        Ok(blob)
    }

    /// Whether the registry has this blob.
    ///
    /// # Errors
    /// Those of a registry that refuses or cannot be reached.
    pub fn has_blob(&self, digest: &Digest) -> Result<bool> {
        let path = format!("blobs/{digest}");
        match self.at_home(|endpoint| self.ask(endpoint, Method::HEAD, &path, Vec::new())) {
            Ok(_) => Ok(true),
            Err(trouble) if trouble.is_absence() => Ok(false),
            Err(trouble) => Err(trouble.into()),
        }
    }
}

impl Blob {
    /// Asks for what is missing.
    fn open(&mut self, tries: u32) -> Result<(), Trouble> {
        let path = format!("blobs/{}", self.digest);
        let ask = |endpoint: &Endpoint| {
            let range = (self.at > 0).then(|| ("range", format!("bytes={}-", self.at)));
            let answer = self.repository.ask(endpoint, Method::GET, &path, range.into_iter().collect())?;
            self.check(answer)
        };
        self.body = Some(self.repository.anywhere(tries, ask)?);
        Ok(())
    }

    /// The body of an answer, at the byte where we are.
    fn check(&self, answer: Answer) -> Result<BodyReader<'static>, Trouble> {
        let (at, size) = (self.at, self.size);
        let (skip, left) = match answer.status() {
            206 => {
                let told = answer.header("content-range");
                let range = told.and_then(content_range);
                let fits = range.is_some_and(|range| {
                    (range.first, range.last) == (at, size - 1)
                        && range.total.is_none_or(|total| total == size)
                });
                if !fits {
                    let told = told.unwrap_or("nothing");
                    return Err(wrong(format!(
                        "`{told}` where bytes {at}-{}/{size} were asked for",
                        size - 1
                    )));
                }
                (0, size - at)
            }
            _ => (at, size),
        };
        match answer.length() {
            Some(length) if length != left => Err(wrong(format!("{length} bytes where it has {left}"))),
            _ => skipped(answer.into_reader(), skip),
        }
    }

    /// Makes a new connection after one that gave out; `cause` is told when it was the last.
    fn again(&mut self, mut cause: Error) -> Result<()> {
        let patience = self.repository.wire.patience;
        self.body = None;
        let mut after = None;
        loop {
            self.failures += 1;
            if self.failures >= patience.tries {
                return Err(cause);
            }
            patience.wait(self.failures, after.take());
            match self.open(1) {
                Ok(()) => return Ok(()),
                Err(Trouble::Passing { error, after: wish }) => (cause, after) = (error, wish),
                Err(trouble) => return Err(trouble.into()),
            }
        }
    }

    /// Reads the end of a body whose last byte was read, so that its connection can be used again.
    fn finish(&mut self) -> Result<()> {
        match self.body.take().map(|mut body| body.read(&mut [0])) {
            Some(Ok(more)) if more > 0 => Err(wrong(format!("more than its {} bytes", self.size)).into()),
            // All is here, whatever the connection does now.
            _ => Ok(()),
        }
    }

    fn broken(&self, cause: Option<io::Error>) -> Error {
        let what = format!("reading the blob {} at byte {} of {}", self.digest, self.at, self.size);
        let error = Error::new(Kind::System, what);
        match cause {
            Some(cause) => error.why(cause),
            None => error.because("the connection ended early"),
        }
    }
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        if left == 0 {
            return Ok(0);
        }
        loop {
            let read = self.body.as_mut().map_or(Ok(0), |body| body.read(&mut buffer[..left]));
            match read {
                Ok(count) if count > 0 => {
                    self.at += count as u64;
                    self.failures = 0;
                    if self.at == self.size {
                        self.finish().map_err(io::Error::other)?;
                    }
                    return Ok(count);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                ended => {
                    let cause = self.broken(ended.err());
                    self.again(cause).map_err(io::Error::other)?;
                }
            }
        }
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({}, {} of {})", self.digest, self.at, self.size)
    }
}

/// `body` after its first `skip` bytes, for a server that gives all where a part was asked for.
fn skipped(mut body: BodyReader<'static>, skip: u64) -> Result<BodyReader<'static>, Trouble> {
    let gone = io::copy(&mut body.by_ref().take(skip), &mut io::sink());
    match gone {
        Ok(gone) if gone == skip => Ok(body),
        Ok(_) => Err(Trouble::passing(skipping().because("the connection ended early"))),
        Err(cause) => Err(Trouble::passing(skipping().why(cause))),
    }
}

fn skipping() -> Error {
    Error::new(Kind::System, "reading up to where a blob broke off")
}

fn wrong(what: String) -> Trouble {
    Error::new(Kind::Invalid, "the registry's answer for a blob is wrong").because(what).into()
}
