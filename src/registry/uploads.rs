//! Uploads: opened or mounted, sent in one stream, continued where they broke off, committed by digest.

use super::address::Address;
use super::endpoint::Endpoint;
use super::headers::stored;
use super::repository::{Repository, check_path};
use super::request::Answer;
use super::retry::Trouble;
use super::transport::{Call, Payload};
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use std::io::{self, Read};
use std::sync::PoisonError;
use ureq::http::Method;

/// Gives the bytes of a blob from an offset on.
pub type Open<'a> = &'a (dyn Fn(u64) -> Result<Box<dyn Read + Send>> + Sync);

/// How far an upload is.
enum Stage {
    /// No upload is open.
    Closed,
    /// The registry has so many bytes, and goes on at this address.
    At(Address, u64),
    /// A connection broke: the registry is to be asked how much it has.
    Unsure(Address),
    /// The registry has the blob.
    Done,
}

/// One blob on its way.
struct Upload<'a> {
    repository: &'a Repository,
    endpoint: &'a Endpoint,
    digest: &'a Digest,
    size: u64,
    open: Open<'a>,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl Repository {
    /// Asks the registry to take the blob from its repository at the path `from`. `false` when the bytes must be
    /// uploaded; an upload the registry opened instead is used by the next [`Repository::upload`].
    ///
    /// # Errors
    /// Those of a registry that cannot be reached or is in trouble; one that refuses only has no such blob to give.
    pub fn mount(&self, digest: &Digest, from: &str) -> Result<bool> {
        check_path(from)?;
        let (digest, path) = (digest.to_string(), "blobs/uploads/");
        let values = [("mount", digest.as_str()), ("from", from)];
        let post = |endpoint: &Endpoint| {
            let address = self.address(endpoint, path)?.with_query(&values);
            let scope = format!("{} repository:{from}:pull", self.scope(endpoint));
            let answer =
                self.wire.ask(endpoint, Call { method: Method::POST, ..Call::get(address) }, &scope)?;
            let opened = (answer.status() == 202).then(|| location(self, endpoint, &answer)).transpose()?;
            Ok((answer.status() == 201, opened))
        };
        match self.at_home(post) {
            Ok((mounted, opened)) => {
                self.uploads().lock().unwrap_or_else(PoisonError::into_inner).extend(opened);
                Ok(mounted)
            }
            Err(Trouble::Refused { .. }) => Ok(false),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Uploads a blob of `size` bytes, which `open` gives from any offset on. `progress` is told how many bytes
    /// are sent in all; it goes back when some have to be sent again.
    ///
    /// # Errors
    /// What `open` and its readers give; those of the registry; `Denied` when it goes on at another host.
    pub fn upload(
        &self,
        digest: &Digest,
        size: u64,
        open: Open,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<()> {
        let upload = Upload { repository: self, endpoint: self.home(), digest, size, open, progress };
        let waiting = self.uploads().lock().unwrap_or_else(PoisonError::into_inner).pop();
        upload.run(waiting.map_or(Stage::Closed, |address| Stage::At(address, 0)))
    }
}

impl Upload<'_> {
    /// Goes on from `stage` until it is done, or several steps brought nothing new.
    fn run(&self, mut stage: Stage) -> Result<()> {
        let patience = self.repository.wire.patience;
        let (mut failures, mut best) = (0, 0);
        loop {
            let (next, trouble) = self.step(stage);
            if let Stage::At(_, at) = next
                && at > best
            {
                (failures, best) = (0, at);
            }
            stage = match (next, trouble) {
                (Stage::Done, _) => return Ok(()),
                (next, None) => next,
                (next, Some(Trouble::Passing { after, .. })) if failures + 1 < patience.tries => {
                    failures += 1;
                    patience.wait(failures, after);
                    next
                }
                (_, Some(trouble)) => return Err(trouble.into()),
            };
        }
    }

    /// The next stage, and what went wrong on the way to it.
    fn step(&self, stage: Stage) -> (Stage, Option<Trouble>) {
        match stage {
            Stage::Closed => match self.begin() {
                Ok(address) => (Stage::At(address, 0), None),
                Err(trouble) => (Stage::Closed, Some(trouble)),
            },
            Stage::At(address, at) if at < self.size => {
                let sent = self.send(&address, at);
                self.after(address, sent)
            }
            Stage::At(address, _) => {
                let committed = self.commit(&address).map(|()| Stage::Done);
                self.after(address, committed)
            }
            Stage::Unsure(address) => match self.ask(&address) {
                Ok(stage) => (stage, None),
                Err(trouble) => (Stage::Unsure(address), Some(trouble)),
            },
            Stage::Done => (Stage::Done, None),
        }
    }

    /// After bytes were sent or committed: an upload the registry forgot is begun again, and one whose connection
    /// broke is asked for.
    fn after(&self, address: Address, outcome: Result<Stage, Trouble>) -> (Stage, Option<Trouble>) {
        match outcome {
            Ok(stage) => (stage, None),
            Err(Trouble::Refused { status: 404, error }) => (Stage::Closed, Some(Trouble::passing(error))),
            Err(Trouble::Refused { status: 416, error }) => {
                (Stage::Unsure(address), Some(Trouble::passing(error)))
            }
            Err(trouble) => (Stage::Unsure(address), Some(trouble)),
        }
    }

    fn begin(&self) -> Result<Address, Trouble> {
        let address = self.repository.address(self.endpoint, "blobs/uploads/")?;
        let answer = self.call(Call { method: Method::POST, ..Call::get(address) })?;
        location(self.repository, self.endpoint, &answer)
    }

    /// Sends all from `at` on, in one stream.
    fn send(&self, address: &Address, at: u64) -> Result<Stage, Trouble> {
        let reader = (self.open)(at)?;
        let mut bytes = Bytes { reader, at, size: self.size, progress: self.progress, broken: None };
        let mut headers = vec![("content-type", "application/octet-stream".to_owned())];
        if at > 0 {
            headers.push(("content-range", format!("{at}-{}", self.size - 1)));
        }
        let payload = Payload::Stream(&mut bytes, self.size - at);
        let method = Method::PATCH;
        let answer = self.call(Call { method, headers, payload, ..Call::get(address.clone()) });
        if let Some(broken) = bytes.broken {
            return Err(broken.into());
        }
        let answer = answer?;
        let next = location(self.repository, self.endpoint, &answer)?;
        match answer.header("range").and_then(stored) {
            Some(there) if there < self.size && self.size > 1 => {
                let what = format!("the registry kept {there} of {} bytes", self.size);
                Err(Trouble::passing(Error::new(Kind::System, what)))
            }
            _ => Ok(Stage::At(next, self.size)),
        }
    }

    fn commit(&self, address: &Address) -> Result<(), Trouble> {
        let digest = self.digest.to_string();
        let address = address.clone().with_query(&[("digest", &digest)]);
        let answer = self.call(Call { method: Method::PUT, ..Call::get(address) })?;
        match answer.header("docker-content-digest").map(str::parse::<Digest>) {
            Some(Ok(told)) if told != *self.digest => {
                let what = format!("a blob whose digest is {digest} and {told} to the registry");
                Err(Error::new(Kind::Invalid, what).into())
            }
            _ => Ok(()),
        }
    }

    /// How much the registry has of an upload; all of the blob, when the answer to its commit was lost.
    fn ask(&self, address: &Address) -> Result<Stage, Trouble> {
        match self.call(Call::get(address.clone())) {
            Ok(answer) => {
                let next = location(self.repository, self.endpoint, &answer).unwrap_or(address.clone());
                match answer.header("range").and_then(stored) {
                    Some(at) if (1..=self.size).contains(&at) => Ok(Stage::At(next, at)),
                    _ => Ok(Stage::Closed),
                }
            }
            Err(Trouble::Refused { status: 400..=499, .. }) => {
                let there = self.repository.has_blob(self.digest)?;
                Ok(if there { Stage::Done } else { Stage::Closed })
            }
            Err(trouble) => Err(trouble),
        }
    }

    fn call(&self, call: Call) -> Result<Answer, Trouble> {
        self.repository.wire.ask(self.endpoint, call, &self.repository.scope(self.endpoint))
    }
}

/// Where an upload goes on. Its bytes and our right to send them go to the registry itself and to nobody else, so
/// that of what a registry says only path and query are taken.
fn location(repository: &Repository, endpoint: &Endpoint, answer: &Answer) -> Result<Address, Trouble> {
    let origin = repository.wire.transport.origin(endpoint)?;
    let error = |why: String| {
        Error::new(Kind::Denied, format!("refusing where `{}` wants an upload", endpoint.host)).because(why)
    };
    let location = answer.header("location").and_then(|location| answer.from().join(location));
    let location = location.ok_or_else(|| error("it is no address".to_owned()))?;
    match location.authority() == origin.authority() {
        true => Ok(origin.at(location.path())),
        false => Err(error(format!("`{}` is another host", location.authority())).into()),
    }
}

/// The bytes of a blob on their way: as many as were promised, or an error.
struct Bytes<'a> {
    reader: Box<dyn Read + Send>,
    at: u64,
    size: u64,
    progress: &'a (dyn Fn(u64) + Sync),
    /// What our own side gave, which no other try would mend.
    broken: Option<Error>,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        if left == 0 {
            return Ok(0);
        }
        let failed = match self.reader.read(&mut buffer[..left]) {
            Ok(0) => io::Error::from(io::ErrorKind::UnexpectedEof),
            Ok(count) => {
                self.at += count as u64;
                (self.progress)(self.at);
                return Ok(count);
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => return self.read(buffer),
            Err(cause) => cause,
        };
        let what = format!("reading a blob to be uploaded at byte {} of {}", self.at, self.size);
        self.broken = Some(Error::new(Kind::System, what).why(failed));
        Err(io::Error::other("the blob cannot be read"))
    }
}
