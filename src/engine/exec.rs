//! `exec`: one more process in a running container, for the caller.

use super::attach::End;
use super::host::Engine;
use super::start;
use super::state::State;
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use crate::packet;
use crate::runtime::exec::{self, Request};
use crate::runtime::init::Streams;
use crate::runtime::plan::Process;
use crate::runtime::stream::{self, StartFailure, ToClient};
use crate::terminal::{DetachKeys, RawMode, window_size};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pipe::{PipeFlags, pipe_with};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What to run, and how the caller takes part.
#[derive(Debug, Clone, Default)]
pub struct ExecWish {
    /// Program and arguments.
    pub command: Vec<String>,
    /// `-e`, over the container's own.
    pub env: Vec<String>,
    /// `-w`.
    pub workdir: Option<String>,
    /// `-u`.
    pub user: Option<String>,
    /// `-i`.
    pub interactive: bool,
    /// `-t`.
    pub tty: bool,
    /// `-d`.
    pub detach: bool,
    /// `--privileged`.
    pub privileged: bool,
    /// `--detach-keys`.
    pub detach_keys: DetachKeys,
}

/// Runs `wish` in container `id`.
///
/// # Errors
/// docker's words when the container does not run; 126 and 127 for the program.
pub fn exec(engine: &Engine, id: &ContainerId, word: &str, wish: &ExecWish) -> Result<End> {
    let State::Running { .. } = engine.observe(id)? else {
        return Err(Error::new(Kind::Conflict, format!("container {word} is not running")));
    };
    let request = Request {
        version: exec::VERSION,
        process: process(engine, id, wish)?,
        terminal: wish.tty.then(|| window_size().unwrap_or((80, 24))),
    };
    let launcher = packet::connect(&engine.sockets(id), exec::SOCKET)
        .what(|| format!("reaching the monitor of container {word}"))
        .map_err(|error| error.fix(format!("rcon restart {word}")))?;
    let streams = if wish.tty { None } else { Some(Pipes::make(wish)?) };
    exec::ask(launcher.as_fd(), &request, streams.as_ref().map(|pipes| &pipes.theirs))
        .what(|| "asking the monitor")?;
    let ours = streams.map(|pipes| pipes.ours);
    Caller { launcher, ours: ours.unwrap_or_default(), terminal: None, keys: wish.detach_keys.clone() }
        .run(wish)
}

fn process(engine: &Engine, id: &ContainerId, wish: &ExecWish) -> Result<Process> {
    let record = engine.record(id)?;
    let mut process = start::process(&record)?;
    process.arguments.clone_from(&wish.command);
    process.init = false;
    process.environment.retain(|entry| wish.tty || record.wish.tty || !entry.starts_with("TERM="));
    if wish.tty && !process.environment.iter().any(|entry| entry.starts_with("TERM=")) {
        process.environment.push("TERM=xterm".to_owned());
    }
    process.environment.extend(wish.env.iter().cloned());
    if let Some(directory) = &wish.workdir {
        process.working_directory.clone_from(directory);
    }
    if let Some(user) = &wish.user {
        process.user.clone_from(user);
    }
    if wish.privileged {
        process.capabilities = super::capabilities::all();
        process.filter = Vec::new();
    }
    Ok(process)
}

/// This side's ends; each is let go when it is through.
#[derive(Debug, Default)]
struct Ours {
    input: Option<OwnedFd>,
    output: Option<OwnedFd>,
    error: Option<OwnedFd>,
}

struct Pipes {
    ours: Ours,
    theirs: Streams,
}

impl Pipes {
    /// Pipes, never the caller's own streams: what runs in the container gets no hold of its terminal.
    fn make(wish: &ExecWish) -> Result<Self> {
        let null = || rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty());
        let pipe = || pipe_with(PipeFlags::CLOEXEC);
        let make = || -> rustix::io::Result<Self> {
            if wish.detach {
                return Ok(Self {
                    ours: Ours::default(),
                    theirs: Streams { input: null()?, output: null()?, error: null()? },
                });
            }
            let (output, output_end) = pipe()?;
            let (error, error_end) = pipe()?;
            let (input_end, input) = if wish.interactive {
                let (read, write) = pipe()?;
                rustix::io::ioctl_fionbio(&write, true)?;
                (read, Some(write))
            } else {
                (null()?, None)
            };
            Ok(Self {
                ours: Ours { input, output: Some(output), error: Some(error) },
                theirs: Streams { input: input_end, output: output_end, error: error_end },
            })
        };
        make().map_err(io::Error::from).what(|| "making pipes")
    }
}

struct Caller {
    launcher: OwnedFd,
    ours: Ours,
    terminal: Option<OwnedFd>,
    keys: DetachKeys,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Launcher,
    Output,
    Error,
    Terminal,
    Typed,
    Signals,
}

impl Caller {
    fn run(mut self, wish: &ExecWish) -> Result<End> {
        let raw = if wish.tty && wish.interactive && !wish.detach {
            RawMode::enter(rustix::stdio::stdin())?
        } else {
            None
        };
        let signals = crate::sys::process::signal_descriptor(&[nix::sys::signal::Signal::SIGWINCH])
            .what(|| "watching for signals")?;
        let mut typing = wish.interactive && !wish.detach;
        let mut exited = None;
        let mut pending: Vec<u8> = Vec::new();
        let end = loop {
            // The end is told once everything that was said is through.
            if let Some(code) = exited.filter(|_| {
                self.ours.output.is_none() && self.ours.error.is_none() && self.terminal.is_none()
            }) {
                break End::Exited(code);
            }
            let ready =
                self.wait(&signals, typing && pending.is_empty(), exited.is_none(), exited.is_some())?;
            if ready.is_empty() && exited.is_some() {
                break End::Exited(exited.unwrap_or_default());
            }
            for source in ready {
                match source {
                    Source::Launcher => match self.hear(wish)? {
                        Heard::Nothing => {}
                        Heard::Exited(code) => exited = Some(code),
                        Heard::Failed(failure) => return Err(self.failed(&failure)),
                        Heard::Started if wish.detach => return Ok(End::Exited(0)),
                        Heard::Started => {}
                        Heard::Lost => return Ok(End::Lost),
                    },
                    Source::Output | Source::Error | Source::Terminal => self.show(source)?,
                    Source::Typed => {
                        let (more, detach) = self.take_typed(wish.tty, &mut pending);
                        if detach {
                            return Ok(End::Detached);
                        }
                        typing = more;
                    }
                    Source::Signals => {
                        while let Ok(Some(_)) = signals.read_signal() {}
                        self.resize();
                    }
                }
            }
            self.pass_on(&mut pending, typing);
        };
        drop(raw);
        Ok(end)
    }

    fn wait(
        &self,
        signals: &nix::sys::signalfd::SignalFd,
        typing: bool,
        listening: bool,
        over: bool,
    ) -> Result<Vec<Source>> {
        let mut watched: Vec<(Source, BorrowedFd<'_>)> = vec![(Source::Signals, signals.as_fd())];
        if listening {
            watched.push((Source::Launcher, self.launcher.as_fd()));
        }
        let ends = [
            (Source::Output, &self.ours.output),
            (Source::Error, &self.ours.error),
            (Source::Terminal, &self.terminal),
        ];
        watched.extend(ends.into_iter().filter_map(|(source, end)| Some((source, end.as_ref()?.as_fd()))));
        if typing && !over {
            watched.push((Source::Typed, rustix::stdio::stdin()));
        }
        let mut polled: Vec<PollFd<'_>> =
            watched.iter().map(|(_, end)| PollFd::from_borrowed_fd(*end, PollFlags::IN)).collect();
        // What the process left behind may hold its pipes open for ever: after its end only what is there counts.
        let at_once = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        match poll(&mut polled, over.then_some(&at_once)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(io::Error::from(errno)).what(|| "waiting for the process"),
        }
        Ok(watched
            .iter()
            .zip(&polled)
            .filter(|(_, polled)| !polled.revents().is_empty())
            .map(|((source, _), _)| *source)
            .collect())
    }

    fn hear(&mut self, wish: &ExecWish) -> Result<Heard> {
        let mut buffer = vec![0; packet::BODY];
        let Some(mut packet) =
            packet::receive(self.launcher.as_fd(), &mut buffer).what(|| "listening to the monitor")?
        else {
            return Ok(Heard::Lost);
        };
        if packet.kind == exec::TERMINAL {
            self.terminal = packet.descriptors.pop().filter(|_| !wish.detach);
            return Ok(Heard::Nothing);
        }
        Ok(match stream::read(&packet).what(|| "listening to the monitor")? {
            ToClient::Started => Heard::Started,
            ToClient::Failed(failure) => Heard::Failed(failure),
            ToClient::Exited(code) => Heard::Exited(code),
            ToClient::Output(_) | ToClient::Error(_) => Heard::Nothing,
        })
    }

    fn failed(&self, failure: &StartFailure) -> Error {
        // docker's words, which scripts look for.
        let message = &failure.message;
        Error::new(
            start::kind_of(failure),
            format!(
                "OCI runtime exec failed: exec failed: unable to start container process: {message}: unknown"
            ),
        )
    }

    fn show(&mut self, source: Source) -> Result<()> {
        let end = match source {
            Source::Output => &mut self.ours.output,
            Source::Error => &mut self.ours.error,
            _ => &mut self.terminal,
        };
        let Some(descriptor) = end else { return Ok(()) };
        let mut buffer = vec![0; packet::BODY];
        match rustix::io::read(&*descriptor, &mut buffer[..]) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(()),
            // A terminal whose slaves are all closed says EIO.
            Ok(0) | Err(_) => {
                *end = None;
                Ok(())
            }
            Ok(count) => {
                let bytes = &buffer[..count];
                super::attach::show_stream(&if source == Source::Error {
                    ToClient::Error(bytes)
                } else {
                    ToClient::Output(bytes)
                })
            }
        }
    }

    /// Reads what was typed into `pending`: whether there may be more, and whether the user detached.
    fn take_typed(&mut self, terminal: bool, pending: &mut Vec<u8>) -> (bool, bool) {
        let mut buffer = [0u8; 16 * 1024];
        match rustix::io::read(rustix::stdio::stdin(), &mut buffer[..]) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => (true, false),
            Ok(0) | Err(_) => (false, false),
            Ok(count) if terminal => {
                let (passed, detach) = self.keys.feed(&buffer[..count]);
                pending.extend(passed);
                (true, detach)
            }
            Ok(count) => {
                pending.extend_from_slice(&buffer[..count]);
                (true, false)
            }
        }
    }

    /// Writes what was typed; closes the pipe behind the last of it.
    fn pass_on(&mut self, pending: &mut Vec<u8>, typing: bool) {
        if let Some(end) = self.terminal.as_ref().or(self.ours.input.as_ref()) {
            while !pending.is_empty() {
                match rustix::io::write(end, pending) {
                    Ok(count) => drop(pending.drain(..count)),
                    Err(rustix::io::Errno::INTR) => {}
                    Err(rustix::io::Errno::AGAIN) => {
                        let _ = poll(&mut [PollFd::new(end, PollFlags::OUT)], None);
                    }
                    Err(_) => {
                        pending.clear();
                        self.ours.input = None;
                        return;
                    }
                }
            }
        }
        if !typing && pending.is_empty() {
            self.ours.input = None;
        }
    }

    fn resize(&self) {
        if let (Some(terminal), Some((columns, rows))) = (&self.terminal, window_size()) {
            let size = rustix::termios::Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
            let _ = rustix::termios::tcsetwinsize(terminal, size);
        }
    }
}

enum Heard {
    Nothing,
    Started,
    Failed(StartFailure),
    Exited(i32),
    Lost,
}
