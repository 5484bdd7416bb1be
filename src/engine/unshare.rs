//! `unshare`: a command of the host's inside U0.

use super::host::Engine;
use crate::error::{Context, Error};
use crate::sys::process;
use std::ffi::{OsStr, OsString};
use std::io;
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
pub fn run(engine: &Engine, program: &OsStr, arguments: impl Iterator<Item = OsString>) -> Failure {
    let entered =
        engine.enter().and_then(|_| process::unshare(libc::CLONE_NEWNS).what(|| "making a mount namespace"));
    match entered {
        Ok(()) => Failure::Program(Command::new(program).args(arguments).exec()),
        Err(error) => Failure::Own(error),
    }
}
