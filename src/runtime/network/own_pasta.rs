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
    let _ = rustix::fs::unlink(&ready);
    let mut all: Vec<String> = vec![program.clone()];
    let usual = ["--foreground", "--quiet", "--config-net", "--netns-only", "--no-map-gw"];
    all.extend(usual.map(str::to_owned));
    all.extend(["-t", "none", "-u", "none", "-T", "none", "-U", "none"].map(str::to_owned));
    all.extend(["--dns-forward".to_owned(), well_known::RESOLVER.0.to_string()]);
    all.extend(["--map-guest-addr".to_owned(), well_known::HOST.0.to_string()]);
    all.extend(["--pid".to_owned(), ready.display().to_string()]);
    all.extend(wanted.iter().cloned());
    all.extend(["--netns".to_owned(), format!("/proc/{init}/ns/net")]);
    let arguments = all.into_iter().map(CString::new).collect::<Result<Vec<_>, _>>()?;
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
        Forked::Parent(pasta) => await_ready(&pasta, &ready).map(|()| pasta),
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
