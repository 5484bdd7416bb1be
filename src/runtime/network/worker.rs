//! A moment's work in another network namespace: a forked child does it, since nothing leads back into the
//! host's, where the launcher stands.

use crate::network::hub::Hub;
use crate::packet;
use crate::sys::fork::{Forked, SingleThreaded, fork};
use crate::sys::process::{exit_now, wait};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What a worker brings back: words, and descriptors.
pub(super) type Brought<T> = (T, Vec<OwnedFd>);

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
enum Outcome<T> {
    Done(T),
    Failed { errno: Option<i32>, why: String },
}

/// Does `work` in a forked child, and waits for what it brings.
///
/// # Errors
/// Its own; that it died.
pub(super) fn run<T: Serialize + for<'de> Deserialize<'de>>(
    proof: &SingleThreaded,
    work: impl FnOnce() -> io::Result<Brought<T>>,
) -> io::Result<Brought<T>> {
    let (ours, theirs) = packet::pair()?;
    let child = match fork(proof)? {
        Forked::Child => {
            drop(ours);
            exit_now(u8::from(tell(theirs.as_fd(), work()).is_err()))
        }
        Forked::Parent(child) => child,
    };
    drop(theirs);
    let mut buffer = vec![0u8; packet::BODY];
    let packet = packet::receive(ours.as_fd(), &mut buffer)?;
    let _ = wait(child.pidfd.as_fd());
    let packet = packet.ok_or_else(|| io::Error::other("the process that set up networks died"))?;
    match serde_json::from_slice(packet.body)? {
        Outcome::Done(words) => Ok((words, packet.descriptors)),
        Outcome::Failed { errno: Some(errno), .. } => Err(io::Error::from_raw_os_error(errno)),
        Outcome::Failed { errno: None, why } => Err(io::Error::other(why)),
    }
}

fn tell<T: Serialize>(parent: BorrowedFd<'_>, result: io::Result<Brought<T>>) -> io::Result<()> {
    let (outcome, descriptors) = match result {
        Ok((words, descriptors)) => (Outcome::Done(words), descriptors),
        Err(error) => {
            let why = error.to_string();
            (Outcome::Failed { errno: error.raw_os_error(), why }, Vec::new())
        }
    };
    let descriptors: Vec<BorrowedFd<'_>> = descriptors.iter().map(AsFd::as_fd).collect();
    packet::send(parent, b'w', &serde_json::to_vec(&outcome)?, &descriptors)
}

/// The same, for work that brings nothing.
pub(super) fn done(proof: &SingleThreaded, work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    run(proof, || work().map(|()| ((), Vec::new()))).map(|((), _)| ())
}

/// Moves this process into a network namespace. setns(2).
pub(super) fn enter(namespace: BorrowedFd<'_>) -> io::Result<()> {
    Hub::enter(namespace)
}
