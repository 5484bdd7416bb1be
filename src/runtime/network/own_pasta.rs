//! `--network pasta`: no bridge, but a pasta(1) of the container's own, which ends with its launcher.

use super::pasta;
use crate::network::uplink::addresses as well_known;
use crate::sys::fork::{Child, SingleThreaded};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// Starts pasta for the network namespace of the process `init`, and waits until it works. `words` are the program
/// and what the user wants of it; `folder` gets the file that says it is ready.
///
/// # Errors
/// When it ends instead: what was wanted of it is wrong.
pub(super) fn start(proof: &SingleThreaded, words: &[String], init: i32, folder: &Path) -> io::Result<Child> {
    let (program, wanted) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let ready = folder.join("pasta.pid");
    let mut usual = pasta::words(&format!("/proc/{init}/ns/net"));
    usual.extend(["--dns-forward".to_owned(), well_known::RESOLVER.0.to_string()]);
    usual.extend(["--pid".to_owned(), ready.display().to_string()]);
    // Older ones cannot make an address stand for the host.
    let host = ["--map-guest-addr".to_owned(), well_known::HOST.0.to_string()];
    let mut failure = io::ErrorKind::InvalidInput.into();
    for host in [&host[..], &[]] {
        let _ = rustix::fs::unlink(&ready);
        let all = [usual.as_slice(), host, wanted].concat();
        let started = pasta::execute(proof, Path::new(program), &all)
            .and_then(|pasta| await_ready(&pasta, &ready).map(|()| pasta));
        match started {
            Ok(pasta) => return Ok(pasta),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// How long pasta may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn await_ready(pasta: &Child, ready: &Path) -> io::Result<()> {
    let since = Instant::now();
    let moment = Timespec { tv_sec: 0, tv_nsec: 2_000_000 };
    while since.elapsed() < PATIENCE {
        if std::fs::metadata(ready).is_ok_and(|file| file.len() > 0) {
            return Ok(());
        }
        if poll(&mut [PollFd::new(&pasta.pidfd, PollFlags::IN)], Some(&moment))? > 0 {
            break;
        }
    }
    Err(io::Error::other("pasta ended or did not get ready: look at the options behind `pasta:`"))
}
