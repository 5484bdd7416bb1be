//! What a container's name server and its launcher say to each other.

use crate::network::names::egress;
use crate::packet;
use serde::Deserialize;
use std::io;
use std::net::IpAddr;
use std::os::fd::BorrowedFd;

/// From the name server.
#[derive(Debug)]
pub(super) enum FromNames {
    /// An allowed name was resolved; the answer waits until the addresses may be reached.
    Resolved(Resolved),
    /// A name was not resolved, since no rule allows it.
    Denied { name: String },
}

/// A name and its addresses.
#[derive(Debug, Deserialize)]
pub(super) struct Resolved {
    pub(super) name: String,
    pub(super) addresses: Vec<Found>,
}

/// An address, and for how many seconds it holds.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    pub(super) address: IpAddr,
    pub(super) ttl: u32,
}

#[derive(Debug, Deserialize)]
struct Denied {
    name: String,
}

/// The next word; `None` for the end and for what is none.
pub(super) fn hear(names: BorrowedFd<'_>) -> Option<FromNames> {
    let mut buffer = vec![0u8; packet::BODY];
    let packet = packet::receive(names, &mut buffer).ok()??;
    match packet.kind {
        egress::PERMIT => serde_json::from_slice(packet.body).ok().map(FromNames::Resolved),
        egress::DENIED => {
            let Denied { name } = serde_json::from_slice(packet.body).ok()?;
            Some(FromNames::Denied { name })
        }
        _ => None,
    }
}

/// The answer that waits may go.
pub(super) fn go_on(names: BorrowedFd<'_>) -> io::Result<()> {
    packet::send(names, egress::PERMITTED, b"", &[])
}
