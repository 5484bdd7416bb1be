//! A call of the binary: what it is given, how long it may take, what it gave back.

use super::{Terminal, normalised};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// No call takes longer, on the slowest machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Whoever inherited an output and keeps it open after the end has this long.
const DRAIN: Duration = Duration::from_secs(5);

/// A call that is not made yet.
pub(crate) struct Call {
    pub(super) command: Command,
    input: Option<Vec<u8>>,
    limit: Duration,
}

impl Call {
    pub(super) fn new(command: Command) -> Self {
        Self { command, input: None, limit: LIMIT }
    }

    /// What it reads; nothing at all without this.
    pub(crate) fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable out of its environment.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Fails when it takes longer.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Makes the call and waits for its end.
    #[track_caller]
    pub(crate) fn done(self) -> Output {
        self.spawn().wait()
    }

    /// Makes the call, with input and outputs on pipes.
    #[track_caller]
    pub(crate) fn spawn(mut self) -> Running {
        let title = title(&self.command);
        let stdin = if self.input.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{title}: {error}"));
        if let (Some(mut pipe), Some(input)) = (child.stdin.take(), self.input) {
            // It may end without having read everything.
            std::thread::spawn(move || drop(pipe.write_all(&input)));
        }
        let stdout = Collected::from(child.stdout.take().unwrap());
        let stderr = Collected::from(child.stderr.take().unwrap());
        Running { title, child, stdout, stderr, limit: self.limit, begun: Instant::now() }
    }

    /// Makes the call on a new terminal of 80 columns and 24 rows.
    #[track_caller]
    pub(crate) fn pty(self) -> Terminal {
        Terminal::start(&title(&self.command), self.command, self.limit)
    }
}

fn title(command: &Command) -> String {
    let words = command.get_args().map(|word| {
        let word = word.to_string_lossy();
        if word.len() > 200 {
            format!("{}…", word.chars().take(200).collect::<String>())
        } else {
            word.into()
        }
    });
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    [program.to_string_lossy().into_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// What a pipe has given so far; a thread reads it.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<(Vec<u8>, bool)>>);

impl Collected {
    fn from(mut pipe: impl Read + Send + 'static) -> Self {
        let collected = Self::default();
        let shared = collected.clone();
        std::thread::spawn(move || {
            let mut buffer = [0u8; 65_536];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                shared.0.lock().unwrap().0.extend_from_slice(&buffer[..count]);
            }
            shared.0.lock().unwrap().1 = true;
        });
        collected
    }

    fn ended(&self) -> bool {
        self.0.lock().unwrap().1
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap().0).into_owned()
    }
}

/// A call under way.
pub(crate) struct Running {
    title: String,
    child: Child,
    stdout: Collected,
    stderr: Collected,
    limit: Duration,
    begun: Instant,
}

impl Running {
    /// Its process.
    pub(crate) fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// Waits until standard output has `text`.
    #[track_caller]
    pub(crate) fn prints(&mut self, text: &str) {
        while !self.stdout.text().contains(text) {
            let over = matches!(self.child.try_wait(), Ok(Some(_))) && self.stdout.ended();
            if (over && !self.stdout.text().contains(text)) || self.begun.elapsed() > self.limit {
                self.give_up(&format!("did not print {text:?}"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end, and for the ends of its outputs.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Output {
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if self.begun.elapsed() > self.limit => self.give_up("took too long"),
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let ended = Instant::now();
        while !(self.stdout.ended() && self.stderr.ended()) {
            if ended.elapsed() > DRAIN {
                self.give_up("ended, and somebody holds its outputs open");
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let output = Output {
            title: self.title.clone(),
            status,
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
        };
        assert!(!output.stderr.contains("panicked at"), "{output}");
        output
    }

    #[track_caller]
    fn give_up(&mut self, why: &str) -> ! {
        let group = nix::unistd::Pid::from_raw(self.child.id() as i32);
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        let _ = self.child.wait();
        panic!("{} {why}\nstdout: {}\nstderr: {}", self.title, self.stdout.text(), self.stderr.text());
    }
}

/// What a call gave back.
pub(crate) struct Output {
    title: String,
    status: ExitStatus,
    stdout: String,
    stderr: String,
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { title, status, stdout, stderr } = self;
        write!(f, "{title}: {status}\nstdout: {stdout}\nstderr: {stderr}")
    }
}

/// Takes out what a user with one id is told whenever a first container starts.
fn without_note(stderr: &str) -> String {
    let of_note = |line: &&str| {
        line.starts_with("note: only your own user id") || line.contains("usermod --add-subuids")
    };
    stderr.split_inclusive('\n').filter(|line| !of_note(line)).collect()
}

impl Output {
    /// It left with `code`.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert!(self.status.code() == Some(code), "expected exit code {code}\n{self}");
        self
    }

    /// It left with another code than 0, without having been killed.
    #[track_caller]
    pub(crate) fn fails(&self) -> &Self {
        assert!(self.status.code().is_some_and(|code| code != 0), "expected a failure\n{self}");
        self
    }

    /// It left with 0; gives what it printed, without the line's end.
    #[track_caller]
    pub(crate) fn succeeds(&self) -> String {
        self.exits(0);
        self.stdout.trim_end().to_owned()
    }

    /// Standard output is exactly `text`, ids normalised.
    #[track_caller]
    pub(crate) fn stdout(&self, text: &str) -> &Self {
        assert!(normalised(&self.stdout) == text, "expected on stdout: {text:?}\n{self}");
        self
    }

    /// Standard error is exactly `text`, ids normalised, but for the note about having only one id.
    #[track_caller]
    pub(crate) fn stderr(&self, text: &str) -> &Self {
        assert!(normalised(&without_note(&self.stderr)) == text, "expected on stderr: {text:?}\n{self}");
        self
    }

    /// Standard output has `text`.
    #[track_caller]
    pub(crate) fn stdout_has(&self, text: &str) -> &Self {
        assert!(normalised(&self.stdout).contains(text), "expected on stdout: {text:?}\n{self}");
        self
    }

    /// Standard error has `text`.
    #[track_caller]
    pub(crate) fn stderr_has(&self, text: &str) -> &Self {
        assert!(normalised(&self.stderr).contains(text), "expected on stderr: {text:?}\n{self}");
        self
    }

    /// Standard output as it came.
    pub(crate) fn printed(&self) -> &str {
        &self.stdout
    }

    /// Standard error as it came.
    pub(crate) fn said(&self) -> &str {
        &self.stderr
    }

    /// The exit code; `None` when a signal killed it.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that killed it.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// The words of the line that begins with `key` on standard output.
    #[track_caller]
    pub(crate) fn field(&self, key: &str) -> Vec<&str> {
        let line = self.stdout.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_else(|| panic!("no line {key:?}\n{self}")).split_whitespace().collect()
    }
}
