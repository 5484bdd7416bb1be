//! `--network pasta`: no bridge, but a pasta(1) of the container's own, which ends with its launcher.

use super::way_out::silence;
use crate::network::uplink::addresses as well_known;
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::ffi::CString;
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
    let usual = usual(&ready, init);
    // Older ones cannot make an address stand for the host.
    let host = ["--map-guest-addr".to_owned(), well_known::HOST.0.to_string()];
    let mut failure = None;
    for host in [&host[..], &[]] {
        let all = [std::slice::from_ref(program), &usual, host, wanted].concat();
        match execute(proof, &all, &ready) {
            Ok(pasta) => return Ok(pasta),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| io::ErrorKind::InvalidInput.into()))
}

/// What every pasta of ours is told. The container's ports are not its business.
fn usual(ready: &Path, init: i32) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    words.extend(
        ["--foreground", "--quiet", "--config-net", "--netns-only", "--no-map-gw"].map(str::to_owned),
    );
    words.extend(["-t", "none", "-u", "none", "-T", "none", "-U", "none"].map(str::to_owned));
    words.extend(["--dns-forward".to_owned(), well_known::RESOLVER.0.to_string()]);
    words.extend(["--pid".to_owned(), ready.display().to_string()]);
    words.extend(["--netns".to_owned(), format!("/proc/{init}/ns/net")]);
    words
}

fn execute(proof: &SingleThreaded, words: &[String], ready: &Path) -> io::Result<Child> {
    let _ = rustix::fs::unlink(ready);
    let arguments = words.iter().map(|word| CString::new(word.as_str())).collect::<Result<Vec<_>, _>>()?;
    match fork(proof)? {
        Forked::Child => {
            let death = rustix::process::Signal::KILL;
            let prepared = rustix::process::set_parent_process_death_signal(Some(death))
                .map_err(io::Error::from)
                .and_then(|()| silence());
            if prepared.is_ok() {
                process::program_signals();
                process::execute(&arguments[0], &arguments, &[]);
            }
            process::exit_now(127)
        }
        Forked::Parent(pasta) => await_ready(&pasta, ready).map(|()| pasta),
    }
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
