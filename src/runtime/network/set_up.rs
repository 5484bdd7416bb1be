//! What is set up in the hub and in a container's network namespace, when it starts and when it is connected to one
//! more network: the work of a [`super::worker`].

use super::worker::{self, Brought};
use crate::network::attach::{self, NameSockets};
use crate::network::uplink;
use crate::network::wiring::Cable;
use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What there is to do.
#[derive(Debug)]
pub(super) struct Task<'a> {
    /// New cables, from the hub to the container.
    pub(super) cables: &'a [Cable],
    /// Its name server needs sockets.
    pub(super) names: bool,
    /// It obeys egress rules.
    pub(super) obeys: bool,
    /// It publishes ports.
    pub(super) publishes: bool,
    /// Something else gave it addresses.
    pub(super) has_pasta: bool,
}

/// What was done; descriptors come along in the order of these fields.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Done {
    /// The hub was made: its namespace, and the wire of the way out.
    pub(super) made_hub: bool,
    /// Three sockets of the name server.
    pub(super) named: bool,
    /// Indices of the cables' ports in the hub.
    pub(super) ports: Vec<u32>,
    /// Addresses that something else gave the container.
    pub(super) given: Vec<IpAddr>,
}

impl Task<'_> {
    /// Does it, and stays in the container's namespace. Without a hub one is made.
    pub(super) fn carry_out(
        &self,
        hub: Option<&OwnedFd>,
        container: BorrowedFd<'_>,
    ) -> io::Result<Brought<Done>> {
        let (mut done, mut descriptors) = (Done::default(), Vec::new());
        if !self.cables.is_empty() {
            match hub {
                Some(hub) => worker::enter(hub.as_fd())?,
                None => {
                    descriptors.extend(make_hub()?);
                    done.made_hub = true;
                }
            }
        }
        for cable in self.cables {
            done.ports.push(attach::connect(cable, container)?);
        }
        let asks_from_hub = self.names && self.obeys && !self.cables.is_empty();
        let inside = if asks_from_hub { Some(attach::open_question_socket()?) } else { None };
        worker::enter(container)?;
        crate::sys::network::loopback_up()?;
        self.cables.iter().try_for_each(attach::plug_in)?;
        if self.publishes {
            attach::prepare_ports()?;
        }
        if self.names {
            let NameSockets { udp, tcp, inside } = attach::open_name_sockets(inside)?;
            descriptors.extend([udp, tcp, inside]);
            done.named = true;
        }
        if self.has_pasta {
            done.given = attach::own_addresses();
        }
        Ok((done, descriptors))
    }
}

/// The new namespace, and the end of the wire at which the built-in stack listens.
fn make_hub() -> io::Result<[OwnedFd; 2]> {
    crate::sys::process::unshare(libc::CLONE_NEWNET)?;
    attach::make_hub()?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let namespace = rustix::fs::open("/proc/self/ns/net", flags, Mode::empty())?;
    Ok([namespace, uplink::open(attach::BUILT_IN.1)?.into()])
}
