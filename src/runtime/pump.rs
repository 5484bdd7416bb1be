//! The pump: the confined half of the monitor. It moves the container's output to the log and to whoever
//! is attached, and input the other way. One thread, no capabilities, its own filter.
//!
//! Nothing is lost: while an attached client does not read, the container's pipe fills and the container
//! waits, as with a pipe in a shell. A client that is gone is forgotten.

use super::confine;
use super::log::{Log, Stream};
use super::stream::{self, FromClient, Hello, ToClient};
use crate::packet;
use crate::sys::process::{self, Ended};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What the pump is given; it opens nothing itself.
#[derive(Debug)]
pub struct Parts {
    /// Read ends of the container's output and error, or twice nothing with a terminal.
    pub output: Option<OwnedFd>,
    /// See `output`.
    pub error: Option<OwnedFd>,
    /// Write end of its input.
    pub input: Option<OwnedFd>,
    /// The terminal's master.
    pub terminal: Option<OwnedFd>,
    /// Its log.
    pub log: Log,
    /// Where clients connect.
    pub listener: OwnedFd,
    /// The client that came with the start.
    pub first_client: Option<OwnedFd>,
    /// What it wants.
    pub hello: Hello,
    /// To and from the launcher.
    pub launcher: OwnedFd,
    /// The container's first process.
    pub init: OwnedFd,
    /// The container's folder, for the exit code when the launcher is no more.
    pub folder: OwnedFd,
    /// The container's lock: held as long as a process of the monitor lives.
    pub lock: OwnedFd,
    /// What must not end before the container: ways to the processes that serve its networks.
    pub held: Vec<OwnedFd>,
    /// Input ends with the first client that gave some.
    pub input_once: bool,
}

/// Where a pump without a launcher leaves the exit code, in the container's folder.
pub const EXIT_FILE: &str = "exit";

/// Launcher to pump: begin; with `-t`, the terminal's master comes along.
pub const BEGIN: u8 = b'B';
/// Launcher to pump: the container has ended, drain.
pub const DRAIN: u8 = b'D';
/// Pump to launcher: all is drained; also unasked, when the container has closed its output.
pub const DRAINED: u8 = b'd';
/// Pump to launcher: standard input has ended; let go of the second handle on it.
pub const INPUT_OVER: u8 = b'i';
/// Launcher to pump: the end is recorded, tell the clients this exit code, and leave.
pub const ANNOUNCE: u8 = b'A';

/// Pumps until the container has ended; never returns.
pub fn main(mut parts: Parts, filter: &[u8]) -> ! {
    let ready = close_the_rest(&parts)
        .and_then(|()| await_beginning(&mut parts))
        .and_then(|()| never_block(&parts))
        .and_then(|()| confine(filter));
    let code = match ready.and_then(|()| Pump::new(parts).run()) {
        Ok(()) => 0,
        Err(_) => 1,
    };
    process::exit_now(code)
}

/// What the launcher holds is not the pump's: a copy of a pipe's end would keep it from ending.
fn close_the_rest(parts: &Parts) -> io::Result<()> {
    let optional = [&parts.output, &parts.error, &parts.input, &parts.terminal, &parts.first_client];
    let always = [&parts.listener, &parts.launcher, &parts.init, &parts.folder, &parts.lock];
    let mut kept: Vec<BorrowedFd<'_>> = optional.into_iter().flatten().map(AsFd::as_fd).collect();
    kept.extend(always.into_iter().map(AsFd::as_fd));
    kept.extend(parts.held.iter().map(AsFd::as_fd));
    kept.push(parts.log.as_fd());
    process::close_all_but(&kept)
}

/// The terminal is made by the container's first process, later than the pump.
fn await_beginning(parts: &mut Parts) -> io::Result<()> {
    let mut buffer = [0u8; 16];
    match packet::receive(parts.launcher.as_fd(), &mut buffer)? {
        Some(packet) if packet.kind == BEGIN => {
            parts.terminal = packet.descriptors.into_iter().next();
            Ok(())
        }
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Whatever is slow, the rest goes on.
fn never_block(parts: &Parts) -> io::Result<()> {
    let ends = [&parts.output, &parts.error, &parts.input, &parts.terminal, &parts.first_client];
    ends.into_iter().flatten().try_for_each(|end| Ok(rustix::io::ioctl_fionbio(end, true)?))
}

/// Gives up all power. Whoever finds a fault in the code below finds no use for it.
fn confine(filter: &[u8]) -> io::Result<()> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    confine::helper(rustix::thread::CapabilitySet::empty(), filter)
}

#[derive(Debug)]
struct Client {
    socket: OwnedFd,
    wants: Hello,
    /// Packets that found no room.
    pending: VecDeque<(Stream, Vec<u8>)>,
    gone: bool,
}

impl Client {
    /// `socket` does not block.
    fn new(socket: OwnedFd) -> Self {
        Self { socket, wants: Hello::default(), pending: VecDeque::new(), gone: false }
    }

    fn give(&mut self, stream: Stream, bytes: &[u8]) {
        let wanted = match stream {
            Stream::Output => self.wants.output,
            Stream::Error => self.wants.error,
        };
        if wanted && !self.gone {
            self.pending.push_back((stream, bytes.to_vec()));
            self.flush();
        }
    }

    fn flush(&mut self) {
        while let Some((stream, bytes)) = self.pending.front() {
            let message = match stream {
                Stream::Output => ToClient::Output(bytes),
                Stream::Error => ToClient::Error(bytes),
            };
            match stream::tell(self.socket.as_fd(), &message) {
                Ok(()) => drop(self.pending.pop_front()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.gone = true;
                    return;
                }
            }
        }
    }
}

#[derive(Debug)]
struct Pump {
    parts: Parts,
    clients: Vec<Client>,
    /// Input that found no room yet.
    input: VecDeque<u8>,
    input_ends: bool,
    launcher_lives: bool,
    draining: bool,
    drained_was_told: bool,
    buffer: Vec<u8>,
}

/// How the container ended, once whoever inherited it has reaped it; 255 when the kernel does not say.
fn exit_code_of_orphan(init: BorrowedFd<'_>) -> i32 {
    for _ in 0..1000 {
        match process::exit_info(init) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let moment = rustix::event::Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
                let _ = poll(&mut [], Some(&moment));
            }
            info => return info.map_or(255, Ended::exit_code),
        }
    }
    255
}

/// What a descriptor in the poll set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Output,
    Error,
    Terminal,
    Input,
    Listener,
    Launcher,
    Init,
    Client(usize),
}

/// Whether the loop goes on.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Continue,
    Leave,
}

impl Pump {
    fn new(parts: Parts) -> Self {
        Self {
            parts,
            clients: Vec::new(),
            input: VecDeque::new(),
            input_ends: false,
            launcher_lives: true,
            draining: false,
            drained_was_told: false,
            buffer: vec![0; packet::BODY],
        }
    }

    fn run(mut self) -> io::Result<()> {
        let wants = self.parts.hello;
        self.clients
            .extend(self.parts.first_client.take().map(|socket| Client { wants, ..Client::new(socket) }));
        loop {
            for (source, flags) in self.wait()? {
                if self.serve(source, flags)? == Next::Leave {
                    return Ok(());
                }
            }
            self.clients.retain(|client| !client.gone);
            self.tell_drained();
        }
    }

    /// Sleeps until something can be done.
    fn wait(&self) -> io::Result<Vec<(Source, PollFlags)>> {
        let watched = self.watched();
        let mut polled: Vec<PollFd<'_>> =
            watched.iter().map(|(_, socket, flags)| PollFd::from_borrowed_fd(*socket, *flags)).collect();
        match poll(&mut polled, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let ready = watched.iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
        Ok(ready.map(|((source, _, _), polled)| (*source, polled.revents())).collect())
    }

    fn watched(&self) -> Vec<(Source, BorrowedFd<'_>, PollFlags)> {
        let mut watched = vec![(Source::Listener, self.parts.listener.as_fd(), PollFlags::IN)];
        let blocked = self.clients.iter().any(|client| !client.pending.is_empty());
        let outputs = [
            (Source::Output, &self.parts.output),
            (Source::Error, &self.parts.error),
            (Source::Terminal, &self.parts.terminal),
        ];
        if !blocked {
            watched.extend(
                outputs
                    .into_iter()
                    .filter_map(|(source, end)| Some((source, end.as_ref()?.as_fd(), PollFlags::IN))),
            );
        }
        if let Some(input) = self.input_end().filter(|_| !self.input.is_empty()) {
            watched.push((Source::Input, input, PollFlags::OUT));
        }
        if self.launcher_lives {
            watched.push((Source::Launcher, self.parts.launcher.as_fd(), PollFlags::IN));
        } else {
            watched.push((Source::Init, self.parts.init.as_fd(), PollFlags::IN));
        }
        for (number, client) in self.clients.iter().enumerate() {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, self.input.is_empty());
            flags.set(PollFlags::OUT, !client.pending.is_empty());
            watched.push((Source::Client(number), client.socket.as_fd(), flags));
        }
        watched
    }

    fn input_end(&self) -> Option<BorrowedFd<'_>> {
        self.parts.terminal.as_ref().or(self.parts.input.as_ref()).map(AsFd::as_fd)
    }

    fn serve(&mut self, source: Source, flags: PollFlags) -> io::Result<Next> {
        match source {
            Source::Output | Source::Error | Source::Terminal => self.read_from(source),
            Source::Input => self.write_input(),
            Source::Listener => self.accept(),
            Source::Launcher => return self.hear_launcher(),
            Source::Init => return self.end_without_launcher(),
            Source::Client(number) => self.serve_client(number, flags),
        }
        Ok(Next::Continue)
    }

    /// Reads once; at the end the descriptor is closed.
    fn read_from(&mut self, source: Source) {
        let (end, stream) = match source {
            Source::Output => (&mut self.parts.output, Stream::Output),
            Source::Error => (&mut self.parts.error, Stream::Error),
            _ => (&mut self.parts.terminal, Stream::Output),
        };
        let Some(descriptor) = end else { return };
        match rustix::io::read(&*descriptor, &mut self.buffer[..]) {
            Err(Errno::AGAIN | Errno::INTR) => {
                if self.draining {
                    *end = None;
                }
            }
            // A terminal whose slaves are all closed says EIO.
            Ok(0) | Err(_) => *end = None,
            Ok(count) => {
                // A full disk must not stop the container; the clients still see what it says.
                let _ = self.parts.log.take(stream, &self.buffer[..count]);
                for client in &mut self.clients {
                    client.give(stream, &self.buffer[..count]);
                }
            }
        }
    }

    fn write_input(&mut self) {
        let Some(end) = self.parts.terminal.as_ref().or(self.parts.input.as_ref()) else {
            self.input.clear();
            return;
        };
        while !self.input.is_empty() {
            match rustix::io::write(end, self.input.as_slices().0) {
                Ok(count) => drop(self.input.drain(..count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => {
                    // The container has closed its input.
                    self.input.clear();
                    self.close_input();
                    return;
                }
            }
        }
        if self.input_ends {
            self.close_input();
        }
    }

    fn close_input(&mut self) {
        if self.parts.input.take().is_some() {
            let _ = packet::send(self.parts.launcher.as_fd(), INPUT_OVER, b"", &[]);
        }
    }

    fn accept(&mut self) {
        let flags = rustix::net::SocketFlags::CLOEXEC | rustix::net::SocketFlags::NONBLOCK;
        self.clients.extend(rustix::net::accept_with(&self.parts.listener, flags).ok().map(Client::new));
    }

    fn serve_client(&mut self, number: usize, flags: PollFlags) {
        let Some(client) = self.clients.get_mut(number) else { return };
        if flags.contains(PollFlags::OUT) {
            client.flush();
        }
        if !flags.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR)
            || (!self.input.is_empty() && !flags.contains(PollFlags::HUP))
        {
            return;
        }
        let mut buffer = vec![0; packet::BODY];
        match stream::listen(client.socket.as_fd(), &mut buffer) {
            Ok(Some(FromClient::Hello(hello))) => client.wants = hello,
            Ok(Some(FromClient::Input(bytes))) => {
                self.input.extend(bytes);
                self.write_input();
            }
            Ok(Some(FromClient::InputEnd)) => self.end_input(number),
            Ok(Some(FromClient::Size(columns, rows))) => self.resize(columns, rows),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(None) | Err(_) => {
                self.end_input(number);
                if let Some(client) = self.clients.get_mut(number) {
                    client.gone = true;
                }
            }
        }
    }

    fn end_input(&mut self, number: usize) {
        let gave_input = self.clients.get(number).is_some_and(|client| client.wants.input);
        if gave_input && self.parts.input_once {
            self.input_ends = true;
            self.write_input();
        }
    }

    fn resize(&self, columns: u16, rows: u16) {
        if let Some(terminal) = &self.parts.terminal {
            let size = rustix::termios::Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
            // The kernel tells the foreground group of the terminal.
            let _ = rustix::termios::tcsetwinsize(terminal, size);
        }
    }

    fn hear_launcher(&mut self) -> io::Result<Next> {
        let mut buffer = [0u8; 16];
        let heard = packet::receive(self.parts.launcher.as_fd(), &mut buffer)?;
        match heard.map(|packet| (packet.kind, <[u8; 4]>::try_from(packet.body))) {
            Some((DRAIN, _)) => self.draining = true,
            Some((ANNOUNCE, Ok(code))) => {
                self.announce(i32::from_le_bytes(code));
                return Ok(Next::Leave);
            }
            Some(_) => {}
            None => self.launcher_lives = false,
        }
        Ok(Next::Continue)
    }

    /// All that the container wrote has been read and handed on, and nobody can write any more.
    fn tell_drained(&mut self) {
        let empty =
            self.parts.output.is_none() && self.parts.error.is_none() && self.parts.terminal.is_none();
        let given = self.clients.iter().all(|client| client.pending.is_empty());
        if empty && given && !self.drained_was_told {
            let _ = self.parts.log.finish();
            self.drained_was_told = true;
            let _ = packet::send(self.parts.launcher.as_fd(), DRAINED, b"", &[]);
        }
    }

    /// The launcher was killed: the exit code is asked from the kernel (since Linux 6.15) and left where
    /// the next call of rcon finds it.
    fn end_without_launcher(&mut self) -> io::Result<Next> {
        let code = exit_code_of_orphan(self.parts.init.as_fd());
        self.leave_exit_code(code);
        self.draining = true;
        for source in [Source::Output, Source::Error, Source::Terminal] {
            while self.is_open(source) {
                self.read_from(source);
            }
        }
        let _ = self.parts.log.finish();
        self.announce(code);
        Ok(Next::Leave)
    }

    fn leave_exit_code(&self, code: i32) {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
        // Without it the next call knows only that the monitor was killed.
        if let Ok(file) = rustix::fs::openat(&self.parts.folder, EXIT_FILE, flags, Mode::from_raw_mode(0o600))
        {
            let _ = rustix::io::write(file, code.to_string().as_bytes());
        }
    }

    fn is_open(&self, source: Source) -> bool {
        match source {
            Source::Output => self.parts.output.is_some(),
            Source::Error => self.parts.error.is_some(),
            _ => self.parts.terminal.is_some(),
        }
    }

    fn announce(&self, code: i32) {
        for client in &self.clients {
            // Whoever has not read for this long will see the end of the socket instead.
            let patience = rustix::event::Timespec { tv_sec: 5, tv_nsec: 0 };
            let _ = poll(&mut [PollFd::new(&client.socket, PollFlags::OUT)], Some(&patience));
            let _ = stream::tell(client.socket.as_fd(), &ToClient::Exited(code));
        }
    }
}
