//! The caller's side of a running container: its streams, its terminal, its signals.

use super::host::Engine;
use crate::error::{Context, Error, Result};
use crate::ids::ContainerId;
use crate::packet;
use crate::runtime::stream::{self, FromClient, Hello, ToClient};
use crate::sys::process;
use crate::terminal::{DetachKeys, RawMode, window_size};
use nix::sys::signal::Signal;
use nix::sys::signalfd::SignalFd;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};

/// How the caller takes part.
#[derive(Debug, Clone)]
pub struct Manner {
    /// The container has a terminal.
    pub terminal: bool,
    /// The caller's input goes to the container.
    pub input: bool,
    /// What detaches.
    pub detach_keys: DetachKeys,
}

/// How it came to an end for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The container (or the exec) ended with this code.
    Exited(i32),
    /// The user detached; it goes on.
    Detached,
    /// The monitor vanished without a word.
    Lost,
}

/// Signals that are passed on. docker leaves CHLD, PIPE and URG alone.
const PROXIED: [Signal; 11] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGCONT,
    Signal::SIGTSTP,
    Signal::SIGWINCH,
    Signal::SIGIO,
];

/// Signals of the caller, held back until they are passed on. Begun before the container is, or one that
/// comes early would end the caller instead.
#[derive(Debug)]
pub struct Signals(SignalFd);

impl Signals {
    /// Holds back the signals that are passed on (`proxied`), or only those of the window's size.
    pub fn hold(proxied: bool) -> Result<Self> {
        let signals: &[Signal] = if proxied { &PROXIED } else { &[Signal::SIGWINCH] };
        process::signal_descriptor(signals).map(Self).what(|| "watching for signals")
    }
}

/// Connects to the pump of a running container.
pub fn connect(engine: &Engine, id: &ContainerId, hello: &Hello) -> Result<OwnedFd> {
    let pump = packet::connect(&engine.sockets(id), stream::SOCKET)
        .what(|| format!("attaching to container {}", id.short()))?;
    stream::ask(pump.as_fd(), &FromClient::Hello(*hello)).what(|| "attaching to the container")?;
    Ok(pump)
}

/// One sitting at a container: from the first byte to its end.
#[derive(Debug)]
pub struct Session<'a> {
    /// The pump, or the launcher for an exec's signals.
    pub peer: &'a OwnedFd,
    /// How the caller takes part.
    pub manner: Manner,
    /// The caller's signals.
    pub signals: Signals,
    /// Where they go: a handle on the process to have them.
    pub target: Option<OwnedFd>,
}

impl Session<'_> {
    /// Passes streams and signals both ways until the end.
    pub fn run(mut self) -> Result<End> {
        let raw = if self.manner.terminal && self.manner.input {
            RawMode::enter(rustix::stdio::stdin())?
        } else {
            None
        };
        if self.manner.terminal {
            self.tell_size();
        }
        let end = self.pass();
        drop(raw);
        end
    }

    fn tell_size(&self) {
        if let Some((columns, rows)) = window_size() {
            // A pump that is gone is noticed by the reading side.
            let _ = stream::ask(self.peer.as_fd(), &FromClient::Size(columns, rows));
        }
    }

    fn pass(&mut self) -> Result<End> {
        let mut buffer = vec![0; packet::BODY];
        let mut input_open = self.manner.input;
        loop {
            let mut polled = vec![
                PollFd::from_borrowed_fd(self.peer.as_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(self.signals.0.as_fd(), PollFlags::IN),
            ];
            if input_open {
                polled.push(PollFd::from_borrowed_fd(rustix::stdio::stdin(), PollFlags::IN));
            }
            match poll(&mut polled, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(io::Error::from(errno)).what(|| "waiting for the container"),
            }
            let ready: Vec<bool> = polled.iter().map(|polled| !polled.revents().is_empty()).collect();
            if ready[1] {
                self.pass_signals();
            }
            if ready.get(2).copied().unwrap_or(false) {
                match self.pass_input(&mut buffer)? {
                    Input::More => {}
                    Input::Over => input_open = false,
                    Input::Detach => return Ok(End::Detached),
                }
            }
            if ready[0]
                && let Some(end) = show(self.peer, &mut buffer)?
            {
                return Ok(end);
            }
        }
    }

    fn pass_signals(&self) {
        while let Ok(Some(signal)) = self.signals.0.read_signal() {
            if signal.ssi_signo == libc::SIGWINCH as u32 && self.manner.terminal {
                self.tell_size();
            } else if let Some(target) = &self.target {
                // It may have ended a moment ago.
                let _ = process::send_signal(target, signal.ssi_signo as i32);
            }
        }
    }

    fn pass_input(&mut self, buffer: &mut [u8]) -> Result<Input> {
        let count = match rustix::io::read(rustix::stdio::stdin(), &mut *buffer) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => return Ok(Input::More),
            // A terminal that hung up, or input that this process may not read, has ended.
            Ok(0) | Err(_) => {
                let _ = stream::ask(self.peer.as_fd(), &FromClient::InputEnd);
                return Ok(Input::Over);
            }
            Ok(count) => count,
        };
        let bytes = &buffer[..count];
        let (passed, detach) =
            if self.manner.terminal { self.manner.detach_keys.feed(bytes) } else { (bytes.to_vec(), false) };
        if !passed.is_empty() && stream::ask(self.peer.as_fd(), &FromClient::Input(&passed)).is_err() {
            return Ok(Input::Over);
        }
        Ok(if detach { Input::Detach } else { Input::More })
    }
}

enum Input {
    More,
    Over,
    Detach,
}

/// Shows one message of the container; the end when it was the last.
fn show(peer: &OwnedFd, buffer: &mut [u8]) -> Result<Option<End>> {
    match stream::hear(peer.as_fd(), buffer).what(|| "listening to the container")? {
        Some(ToClient::Exited(code)) => Ok(Some(End::Exited(code))),
        Some(message) => show_stream(&message).map(|()| None),
        None => Ok(Some(End::Lost)),
    }
}

/// Writes what the container said where it belongs.
pub fn show_stream(message: &ToClient<'_>) -> Result<()> {
    let written = match message {
        ToClient::Output(bytes) => write_through(io::stdout(), bytes),
        ToClient::Error(bytes) => write_through(io::stderr(), bytes),
        _ => Ok(()),
    };
    match written {
        // Nobody reads any more: this call ends as SIGPIPE would end it; the container goes on, and its log has it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Err(Error::silent(128 + libc::SIGPIPE as u8))
        }
        result => result.what(|| "writing what the container said"),
    }
}

fn write_through(mut to: impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}
