//! `--init`: PID 1 is rcon itself. It starts the program, passes signals on, reaps what is orphaned, and
//! leaves with the program's code.

use super::handshake::{Failure, Step, failed};
use super::init;
use super::plan::Process;
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process::{self, Ended};
use nix::sys::signal::{SigSet, Signal};
use std::io;

/// Starts the program and stays until it has ended. Returns only when it could not be started.
pub fn main(process: &Process) -> Failure {
    match start() {
        Ok(Forked::Child) => match foreground() {
            Ok(()) => init::execute(process),
            Err(error) => failed(Step::Streams)(error),
        },
        Ok(Forked::Parent(child)) => {
            // The end of the handshake tells the launcher that the program runs: only the child may hold it.
            let _ = process::close_from(3);
            stay(&child)
        }
        Err(error) => failed(Step::Namespaces)(error),
    }
}

/// Signals are blocked before the fork, so that none is lost between it and the first wait.
fn start() -> io::Result<Forked> {
    let proof = SingleThreaded::prove()?;
    // No process of the container may look into this one, which still is rcon.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    SigSet::all().thread_block()?;
    fork(&proof)
}

/// The program has a process group of its own, in the foreground of the terminal: Ctrl-C reaches it once.
fn foreground() -> io::Result<()> {
    rustix::process::setpgid(None, None)?;
    if rustix::termios::isatty(rustix::stdio::stdin()) {
        rustix::termios::tcsetpgrp(rustix::stdio::stdin(), rustix::process::getpid())?;
    }
    Ok(())
}

fn stay(child: &Child) -> ! {
    loop {
        match SigSet::all().wait() {
            Ok(Signal::SIGCHLD) => {
                if let Some(code) = reap_all(child.pid) {
                    process::exit_now(code);
                }
            }
            Ok(signal) => {
                if let Some(pid) = rustix::process::Pid::from_raw(child.pid) {
                    // It may have ended a moment ago.
                    let _ = rustix::process::kill_process(pid, as_rustix(signal));
                }
            }
            Err(_) => {}
        }
    }
}

fn as_rustix(signal: Signal) -> rustix::process::Signal {
    rustix::process::Signal::from_named_raw(signal as i32).unwrap_or(rustix::process::Signal::TERM)
}

/// Reaps all that have ended; the program's code when it is among them.
fn reap_all(program: i32) -> Option<u8> {
    let mut code = None;
    while let Ok(Some((pid, ended))) = process::reap() {
        if pid == program {
            code = Some(match ended {
                Ended::Code(code) => code as u8,
                Ended::Signal(signal) => (128 + signal) as u8,
            });
        }
    }
    code
}
