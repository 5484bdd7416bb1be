//! `unshare`: a command of the host's inside U0.

use super::host::Engine;
use crate::error::{Context, Error, Kind, Result};
use crate::network::hub::Hub;
use crate::sys::process;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Why the command was not run.
#[derive(Debug)]
pub enum Failure {
    /// The namespaces could not be had.
    Own(Error),
    /// The program could not be executed.
    Program(io::Error),
}

/// Replaces this process by a program, found in `PATH`, as root of U0 and in a mount namespace of its own: what
/// is mounted outside is seen inside, and not the other way round (mount_namespaces(7)). Comes back only when
/// that fails.
///
/// With `in_hub`, also in the network namespace that holds the user's bridges.
pub fn run(
    engine: &Engine,
    program: &OsStr,
    arguments: impl Iterator<Item = OsString>,
    in_hub: bool,
) -> Failure {
    let entered = engine
        .enter()
        .and_then(|_| if in_hub { enter_hub(engine) } else { Ok(()) })
        .and_then(|()| process::unshare(libc::CLONE_NEWNS).what(|| "making a mount namespace"));
    match entered {
        Ok(()) => Failure::Program(Command::new(program).args(arguments).exec()),
        Err(error) => Failure::Own(error),
    }
}

fn enter_hub(engine: &Engine) -> Result<()> {
    let hub = Hub::at(&Hub::folder(&engine.paths)).find().ok_or_else(|| {
        Error::new(Kind::NotFound, "there is no network namespace with bridges: no container is on a network")
            .fix("start one, then look again")
    })?;
    Hub::enter(hub.as_fd()).what(|| "entering the network namespace of the bridges")
}
