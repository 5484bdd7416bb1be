//! A moment's work in another network namespace: a forked child does it, since nothing leads back into the
//! host's, where the launcher stands.

use crate::network::hub::Hub;
use crate::packet;
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process::{exit_now, wait};
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// A child at work.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    answers: OwnedFd,
}

/// What a worker brings back: words, and descriptors.
pub(super) type Brought<T> = (T, Vec<OwnedFd>);

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
enum Outcome<T> {
    Done(T),
    Failed { errno: Option<i32>, why: String },
}

/// Forks a child that does `work`.
pub(super) fn begin<T: Serialize>(
    proof: &SingleThreaded,
    work: impl FnOnce() -> io::Result<Brought<T>>,
) -> io::Result<Worker> {
    let (ours, theirs) = packet::pair()?;
    match fork(proof)? {
        Forked::Child => {
            drop(ours);
            let (outcome, descriptors) = match work() {
                Ok((words, descriptors)) => (Outcome::Done(words), descriptors),
                Err(error) => {
                    let why = error.to_string();
                    (Outcome::Failed { errno: error.raw_os_error(), why }, Vec::new())
                }
            };
            let descriptors: Vec<BorrowedFd<'_>> = descriptors.iter().map(AsFd::as_fd).collect();
            let told = serde_json::to_vec(&outcome)
                .is_ok_and(|text| packet::send(theirs.as_fd(), b'w', &text, &descriptors).is_ok());
            exit_now(u8::from(!told))
        }
        Forked::Parent(child) => Ok(Worker { child, answers: ours }),
    }
}

impl Worker {
    /// Waits for what it brings.
    ///
    /// # Errors
    /// Its own; that it died.
    pub(super) fn finish<T: for<'de> Deserialize<'de>>(self) -> io::Result<Brought<T>> {
        let mut buffer = vec![0u8; packet::BODY];
        let packet = packet::receive(self.answers.as_fd(), &mut buffer)?;
        let _ = wait(self.child.pidfd.as_fd());
        let packet = packet.ok_or_else(|| io::Error::other("the process that set up networks died"))?;
        match serde_json::from_slice(packet.body)? {
            Outcome::Done(words) => Ok((words, packet.descriptors)),
            Outcome::Failed { errno: Some(errno), .. } => Err(io::Error::from_raw_os_error(errno)),
            Outcome::Failed { errno: None, why } => Err(io::Error::other(why)),
        }
    }
}

/// Moves this process into a network namespace. setns(2).
pub(super) fn enter(namespace: BorrowedFd<'_>) -> io::Result<()> {
    Hub::enter(namespace)
}
