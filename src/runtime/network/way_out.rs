//! The way out of the hub: one process per user, started by the launcher that needs it first, ended by itself when
//! the last launcher has gone. When it is killed, the launchers see it, and one of them starts another.

use super::pasta;
use super::worker;
use crate::network::attach::BUILT_IN;
use crate::network::hub::{Hub, UPLINK};
use crate::network::uplink::{self, Wire};
use crate::network::wiring::Uplink;
use crate::packet;
use crate::runtime::confine;
use crate::sys::fork::{Forked, SingleThreaded, fork};
use crate::sys::process::{self, exit_now};
use rustix::thread::CapabilitySet;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

/// The hub's namespace, who is on record there, and how the way out is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs<'a> {
    pub(super) hub: &'a Hub,
    pub(super) namespace: &'a OwnedFd,
    pub(super) uplink: &'a Uplink,
    pub(super) filter: &'a [u8],
}

/// Holds on to the way out, starting it when it is not there: it stays as long as the descriptor is held.
pub(super) fn hold(proof: &SingleThreaded, needs: Needs<'_>, wire: Option<Wire>) -> io::Result<OwnedFd> {
    if let Some(wire) = wire {
        let _lock = needs.hub.lock_uplink().map_err(io::Error::other)?;
        return start(proof, needs, wire);
    }
    if let Ok(lifeline) = packet::connect(needs.hub.path(), UPLINK) {
        return Ok(lifeline);
    }
    let _lock = needs.hub.lock_uplink().map_err(io::Error::other)?;
    if let Ok(lifeline) = packet::connect(needs.hub.path(), UPLINK) {
        return Ok(lifeline);
    }
    let ((), descriptors) = worker::run(proof, || {
        worker::enter(needs.namespace.as_fd())?;
        Ok(((), vec![uplink::open(BUILT_IN.1)?.into()]))
    })?;
    let wire = descriptors.into_iter().next().ok_or(io::ErrorKind::UnexpectedEof)?;
    start(proof, needs, Wire::of(wire)?)
}

fn start(proof: &SingleThreaded, needs: Needs<'_>, wire: Wire) -> io::Result<OwnedFd> {
    let folder = needs.hub.open()?;
    let listener = packet::listen(folder.as_fd(), UPLINK)?;
    match fork(proof)? {
        Forked::Child => exit_now(u8::from(become_uplink(proof, needs, wire, listener).is_err())),
        Forked::Parent(_) => packet::connect(needs.hub.path(), UPLINK),
    }
}

fn become_uplink(proof: &SingleThreaded, needs: Needs<'_>, wire: Wire, lifelines: OwnedFd) -> io::Result<()> {
    process::close_all_but(&[wire.as_fd(), lifelines.as_fd(), needs.namespace.as_fd()])?;
    rustix::process::setsid()?;
    rustix::thread::set_name(c"rcon-uplink")?;
    if let Some(pasta) = &needs.uplink.pasta {
        // Without it the built-in stack goes on alone.
        let _ = start_pasta(proof, pasta, needs.namespace);
    }
    confine::helper(CapabilitySet::empty(), needs.filter)?;
    uplink::run(uplink::Setup { wire, lifelines, host_loopback: needs.uplink.host_loopback })
}

/// pasta(1) makes a link of its own in the hub, with a better default route than that of the built-in stack. It
/// ends with this process.
fn start_pasta(proof: &SingleThreaded, pasta: &Path, hub: &OwnedFd) -> io::Result<()> {
    // pasta closes what it inherits, but can look at this process.
    let namespace = format!("/proc/{}/fd/{}", std::process::id(), hub.as_raw_fd());
    let mut words = pasta::words(&namespace);
    words.extend(["--ns-ifname", "pasta0", "--no-dhcp", "--no-dhcpv6", "--no-ra"].map(str::to_owned));
    words.extend(["-a", "169.254.2.2", "-n", "24", "-g", "169.254.2.1"].map(str::to_owned));
    words.extend(["-a", "fd72:636f:6e:2::2", "-g", "fd72:636f:6e:2::1"].map(str::to_owned));
    // Those that do not know this word, from before September 2024, lose ends of connections: they give up here, and
    // the built-in stack stays.
    words.extend(["--map-guest-addr", "none"].map(str::to_owned));
    pasta::execute(proof, pasta, &words).map(drop)
}
