//! Running pasta(1), a program of the host.

use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process;
use rustix::fs::{Mode, OFlags};
use std::ffi::CString;
use std::io;
use std::path::Path;

/// What every pasta of ours is told: which network namespace to serve, and that published ports are not its
/// business, nor the host's loopback.
pub(super) fn words(namespace: &str) -> Vec<String> {
    let mut words = ["--foreground", "--quiet", "--config-net", "--netns-only", "--no-map-gw"].to_vec();
    words.extend(["-t", "none", "-u", "none", "-T", "none", "-U", "none", "--netns", namespace]);
    words.into_iter().map(str::to_owned).collect()
}

/// Executes it, silently; it ends with this process.
pub(super) fn execute(proof: &SingleThreaded, program: &Path, words: &[String]) -> io::Result<Child> {
    let name = program.display().to_string();
    let all = std::iter::once(name.as_str()).chain(words.iter().map(String::as_str));
    let arguments = all.map(CString::new).collect::<Result<Vec<_>, _>>()?;
    match fork(proof)? {
        Forked::Child => {
            if prepare().is_ok() {
                process::program_signals();
                process::execute(&arguments[0], &arguments, &[]);
            }
            process::exit_now(127)
        }
        Forked::Parent(pasta) => Ok(pasta),
    }
}

fn prepare() -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let null = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok(rustix::stdio::dup2_stderr(&null)?)
}
