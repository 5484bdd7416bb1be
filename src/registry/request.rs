//! A request as a registry wants it: with the right to do it, asked for again where that right has ended.

use super::address::Address;
use super::credential::Credential;
use super::endpoint::Endpoint;
use super::headers;
use super::keys::Keys;
use super::redirect::follow;
use super::refusal;
use super::retry::{Patience, Trouble};
use super::transport::{Call, Payload, Transport, text};
use crate::error::{Error, Kind};
use jiff::Timestamp;
use std::collections::HashMap;
use std::io::{self, Read};
use ureq::Body;
use ureq::http::{HeaderMap, Response, StatusCode};

/// How often a right that has ended is asked for again: side by side, one request's end may be another's.
const MOST_RENEWALS: u32 = 3;

/// All that requests share: connections, keys, patience.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) transport: Transport,
    pub(super) keys: Keys,
    pub(super) patience: Patience,
}

/// What came back.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    from: Address,
}

impl Wire {
    pub(super) fn new(credentials: HashMap<String, Credential>, patience: Patience) -> Self {
        Self { transport: Transport::new(patience), keys: Keys::new(credentials), patience }
    }

    /// Sends `call` to `endpoint` with a right to `scope`; an answer is one of success.
    pub(super) fn ask(&self, endpoint: &Endpoint, mut call: Call, scope: &str) -> Result<Answer, Trouble> {
        let origin = call.address.clone();
        let mut renewals = 0;
        loop {
            let shown = self.keys.show(&self.transport, endpoint, scope)?;
            call.authorization = shown.clone();
            let answer = self.follow(endpoint, &mut call)?;
            if answer.status != StatusCode::UNAUTHORIZED || !answer.from.same_origin(&origin) {
                return answer.accepted();
            }
            self.keys.learn(endpoint, &origin, &answer.headers, (scope, shown.as_ref()))?;
            let refusal = answer.refusal();
            if renewals == MOST_RENEWALS || self.keys.show(&self.transport, endpoint, scope)? == shown {
                return Err(refusal);
            }
            if matches!(call.payload, Payload::Stream(..)) {
                return Err(Trouble::passing(refusal.into()));
            }
            renewals += 1;
            call.address = origin.clone();
        }
    }

    fn follow(&self, endpoint: &Endpoint, call: &mut Call) -> Result<Answer, Trouble> {
        let response = follow(&self.transport, endpoint, call)?;
        Ok(Answer::new(response, call.address.clone()))
    }
}

impl Answer {
    pub(super) fn new(response: Response<Body>, from: Address) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body, from }
    }

    /// The answer when it is one of success, else what the server says.
    pub(super) fn accepted(self) -> Result<Self, Trouble> {
        if self.status.is_success() { Ok(self) } else { Err(self.refusal()) }
    }

    fn refusal(mut self) -> Trouble {
        let status = self.status.as_u16();
        let after = self.header("retry-after").and_then(|text| headers::retry_after(text, Timestamp::now()));
        let mut said = Vec::new();
        // What cannot be read is not told; the status is.
        let _ = self.body.as_reader().take(refusal::LIMIT).read_to_end(&mut said);
        let error = refusal::error(status, &said);
        match status {
            429 | 500 | 502..=504 | 506..=599 => Trouble::Passing { error, after },
            _ => Trouble::Refused { status, error },
        }
    }

    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A header, where it is text of a sane length.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        text(&self.headers, name)
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Where it came from, after all redirects.
    pub(super) fn from(&self) -> &Address {
        &self.from
    }

    /// `Content-Length`, where the server gave one.
    pub(super) fn length(&self) -> Option<u64> {
        self.header("content-length").and_then(|text| text.parse().ok())
    }

    /// The body, of `limit` bytes at most.
    pub(super) fn bytes(self, limit: u64) -> Result<Vec<u8>, Trouble> {
        let too_long = || Error::new(Kind::Invalid, format!("an answer of more than {limit} bytes"));
        if self.length().is_some_and(|length| length > limit) {
            return Err(too_long().into());
        }
        let mut bytes = Vec::new();
        let read = self.body.into_reader().take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|cause| broken(&self.from, cause))?;
        match bytes.len() as u64 > limit {
            true => Err(too_long().into()),
            false => Ok(bytes),
        }
    }

    /// The body, as it comes.
    pub(super) fn into_reader(self) -> ureq::BodyReader<'static> {
        self.body.into_reader()
    }
}

/// A body that ended before its end.
pub(super) fn broken(from: &Address, cause: io::Error) -> Trouble {
    let what = format!("reading from `{}`", from.authority());
    Trouble::passing(Error::new(Kind::System, what).why(cause))
}
