//! A whole build in a process of its own: a build moves into U0 for good, and `bake` has several.
//!
//! ```text
//! child   lines of JSON: what happens …, the end      EOF: it is gone
//! parent  shows it; passes signals on
//! ```

use super::progress::event::{Event, Progress};
use super::whole::{Built, Failure, attempt};
use super::wish::BuildWish;
use crate::engine::host::Engine;
use crate::error::{Context, Error, Kind, Result};
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process::{self, exit_now, program_signals};
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::PipeFlags;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

/// Bytes of a line: what a step prints at once, in JSON, has far less.
const LONGEST_LINE: usize = 64 << 20;
/// Without news the display is drawn anew this often: nanoseconds.
const TICK: i64 = 100_000_000;

/// What the child says.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    Happened(Event),
    Ended(Result<Built, Told>),
}

/// A failure on its way from one process to another.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    words: String,
    fix: Option<String>,
    excerpt: String,
}

/// The child's end of the pipe, line by line.
#[derive(Clone)]
struct Telling(Rc<RefCell<File>>);

impl Telling {
    fn tell(&self, said: &Said) -> io::Result<()> {
        let mut line = serde_json::to_vec(said)?;
        line.push(b'\n');
        self.0.borrow_mut().write_all(&line)
    }
}

impl Progress for Telling {
    fn hear(&mut self, event: &Event) {
        // Who started the build and is gone hears nothing; this process goes with it.
        let _ = self.tell(&Said::Happened(event.clone()));
    }

    fn tick(&mut self) {}

    fn finish(&mut self, _: bool) {}
}

/// Builds what `wish` says, and shows it.
///
/// # Errors
/// As [`attempt`].
pub fn apart(engine: &Engine, wish: &BuildWish, shown: &mut dyn Progress) -> Result<Built, Failure> {
    let early = |error| Failure { error, excerpt: String::new() };
    let (child, says) = start(engine, wish).map_err(early)?;
    let ended = follow(&child, &says, shown).map_err(early)?;
    let gone = process::wait(child.pidfd.as_fd()).what(|| "waiting for a build").map_err(early)?;
    match ended {
        Some(Ok(built)) => Ok(built),
        Some(Err(Told { words, fix, excerpt })) => {
            let error = Error::new(Kind::System, words);
            let error = match fix {
                Some(fix) => error.fix(fix),
                None => error,
            };
            Err(Failure { error, excerpt })
        }
        None => {
            let words = format!("the build ended without a word ({gone:?})");
            Err(early(Error::new(Kind::System, words)))
        }
    }
}

fn start(engine: &Engine, wish: &BuildWish) -> Result<(Child, OwnedFd)> {
    let doing = || "starting a build";
    let proof = SingleThreaded::prove().what(doing)?;
    let (says, tells) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).map_err(io::Error::from).what(doing)?;
    match fork(&proof).what(doing)? {
        Forked::Child => {
            drop(says);
            program_signals();
            let death = Some(rustix::process::Signal::KILL);
            let _ = rustix::process::set_parent_process_death_signal(death);
            let telling = Telling(Rc::new(RefCell::new(File::from(tells))));
            let built = attempt(engine, wish, Box::new(telling.clone())).map_err(|failure| Told {
                words: failure.error.to_string(),
                fix: failure.error.hint().map(str::to_owned),
                excerpt: failure.excerpt,
            });
            exit_now(u8::from(telling.tell(&Said::Ended(built)).is_err()))
        }
        Forked::Parent(child) => {
            drop(tells);
            Ok((child, says))
        }
    }
}

/// Shows what the child says until it says no more; gives its last word.
fn follow(child: &Child, says: &OwnedFd, shown: &mut dyn Progress) -> Result<Option<Result<Built, Told>>> {
    let doing = || "waiting for a build";
    let signals = process::signal_descriptor(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]);
    let signals: SignalFd = signals.what(|| "listening to signals")?;
    let (mut line, mut buffer) = (Vec::new(), vec![0u8; 64 * 1024]);
    let mut ended = None;
    loop {
        let mut watched = [PollFd::new(&signals, PollFlags::IN), PollFd::new(says, PollFlags::IN)];
        let _ = poll(&mut watched, Some(&Timespec { tv_sec: 0, tv_nsec: TICK }));
        let has_news = !watched[1].revents().is_empty();
        if let Ok(Some(signal)) = signals.read_signal() {
            let _ = process::send_signal(&child.pidfd, signal.ssi_signo as i32);
        }
        shown.tick();
        if !has_news {
            continue;
        }
        let count = rustix::io::retry_on_intr(|| rustix::io::read(says, &mut buffer[..]));
        match count.map_err(io::Error::from).what(doing)? {
            0 => return Ok(ended),
            count => line.extend_from_slice(&buffer[..count]),
        }
        while let Some(end) = line.iter().position(|byte| *byte == b'\n') {
            let rest = line.split_off(end + 1);
            let whole = std::mem::replace(&mut line, rest);
            match serde_json::from_slice(&whole) {
                Ok(Said::Happened(event)) => shown.hear(&event),
                Ok(Said::Ended(result)) => ended = Some(result),
                Err(cause) => return Err(Error::new(Kind::System, doing()).why(cause)),
            }
        }
        if line.len() > LONGEST_LINE {
            return Err(Error::new(Kind::System, doing()).because("it says too much at once"));
        }
    }
}
