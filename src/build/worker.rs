//! A part of a build in a process of its own: the build itself has one thread, and goes on meanwhile.

use crate::error::{Context, Error, Kind, Result};
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process::{self, exit_now, program_signals};
use rustix::fs::Mode;
use rustix::pipe::PipeFlags;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Most bytes that a result has.
const LONGEST: u64 = 16 << 20;

/// A process at work, and the result it will give.
#[derive(Debug)]
pub struct Worker<T> {
    process: Child,
    says: OwnedFd,
    said: Vec<u8>,
    result: PhantomData<T>,
}

/// An error on its way from one process to another.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    words: String,
    fix: Option<String>,
}

impl<T: Serialize + DeserializeOwned> Worker<T> {
    /// Begins `work`.
    pub fn start(work: impl FnOnce() -> Result<T>) -> Result<Self> {
        let doing = || "starting a part of the build";
        let proof = SingleThreaded::prove().what(doing)?;
        let (says, tells) =
            rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from).what(doing)?;
        match fork(&proof).what(doing)? {
            Forked::Child => {
                drop(says);
                program_signals();
                // What is made there is the image's, whatever the caller keeps to himself.
                rustix::process::umask(Mode::from_raw_mode(0o022));
                // A build that is gone needs no result.
                let death = Some(rustix::process::Signal::KILL);
                let _ = rustix::process::set_parent_process_death_signal(death);
                let result = work()
                    .map_err(|error| Told { words: error.to_string(), fix: error.hint().map(str::to_owned) });
                let told = serde_json::to_writer(File::from(tells), &result);
                exit_now(u8::from(told.is_err()))
            }
            Forked::Parent(process) => {
                drop(tells);
                Ok(Self { process, says, said: Vec::new(), result: PhantomData })
            }
        }
    }

    /// Takes in what has come; `true` at the end.
    pub fn hear(&mut self) -> Result<bool> {
        let mut buffer = [0u8; 16 * 1024];
        let count = rustix::io::retry_on_intr(|| rustix::io::read(&self.says, &mut buffer));
        let count = count.map_err(io::Error::from).what(|| "waiting for a part of the build")?;
        self.said.extend_from_slice(&buffer[..count]);
        Ok(count == 0 || self.said.len() as u64 > LONGEST)
    }

    /// The result, when all of it has come.
    pub fn result(mut self) -> Result<T> {
        let rest = File::from(self.says).take(LONGEST).read_to_end(&mut self.said);
        rest.what(|| "waiting for a part of the build")?;
        let ended = process::wait(self.process.pidfd.as_fd()).what(|| "waiting for a part of the build")?;
        let result: Result<T, Told> = serde_json::from_slice(&self.said).map_err(|_| {
            Error::new(Kind::System, format!("a part of the build ended without a word ({ended:?})"))
        })?;
        result.map_err(|told| {
            let error = Error::new(Kind::System, told.words);
            match told.fix {
                Some(fix) => error.fix(fix),
                None => error,
            }
        })
    }
}

impl<T> Worker<T> {
    /// Readable when there is something to hear.
    pub fn watched(&self) -> BorrowedFd<'_> {
        self.says.as_fd()
    }

    /// Ends it.
    pub fn cancel(self) {
        let _ = process::send_signal(&self.process.pidfd, libc::SIGKILL);
        let _ = process::wait(self.process.pidfd.as_fd());
    }
}
