//! A call on a terminal: a person's keyboard and screen.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The master's side of a terminal on which a call runs.
pub(crate) struct Terminal {
    title: String,
    master: File,
    child: Child,
    screen: Arc<Mutex<Vec<u8>>>,
    /// How much of the screen was looked at.
    seen: usize,
    limit: Duration,
}

impl Terminal {
    #[track_caller]
    pub(super) fn start(title: &str, call: Command, limit: Duration) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let open = || {
            let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
            use std::os::unix::fs::OpenOptionsExt;
            const NOCTTY: i32 = libc::O_NOCTTY;
            File::options().read(true).write(true).custom_flags(NOCTTY).open(path).unwrap()
        };
        let child = controlling(&call).stdin(open()).stdout(open()).stderr(open()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{title}: {error}"));
        let master = File::from(master);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (shared, mut source) = (screen.clone(), master.try_clone().unwrap());
        std::thread::spawn(move || {
            let mut buffer = [0u8; 4096];
            // EIO: the last process has left the terminal.
            while let Ok(count @ 1..) = source.read(&mut buffer) {
                shared.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        let mut terminal = Self { title: title.to_owned(), master, child, screen, seen: 0, limit };
        terminal.resize(80, 24);
        terminal
    }

    /// Types.
    pub(crate) fn types(&mut self, keys: &str) -> &mut Self {
        self.master.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits until the screen shows `text`, after what was shown when it was last waited for.
    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) -> &mut Self {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if let Some(at) = screen.get(self.seen..).and_then(|rest| rest.find(text)) {
                self.seen += at + text.len();
                return self;
            }
            if begun.elapsed() > Duration::from_secs(20) {
                let _ = self.child.kill();
                panic!("{}: the screen does not show {text:?}:\n{screen}", self.title);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether the screen ever showed `text`.
    pub(crate) fn sees(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.master, size).unwrap();
        self
    }

    /// Waits for the end, which is with `code`; gives all that was shown.
    #[track_caller]
    pub(crate) fn exits(&mut self, code: i32) -> String {
        let begun = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if begun.elapsed() > self.limit => {
                    let _ = self.child.kill();
                    panic!("{} took too long:\n{}", self.title, self.screen());
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        std::thread::sleep(Duration::from_millis(50));
        let screen = self.screen();
        assert!(
            status.code() == Some(code),
            "{}: expected exit code {code}, {status}:\n{screen}",
            self.title
        );
        screen
    }

    /// Whether input is handed over key by key, as rcon sets it while it is attached.
    pub(crate) fn is_raw(&self) -> bool {
        let modes = rustix::termios::tcgetattr(&self.master).unwrap().local_modes;
        !modes.contains(rustix::termios::LocalModes::ICANON)
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }
}

/// The same call through setsid(1), which makes its terminal the controlling one, so that it hears of
/// new sizes.
fn controlling(call: &Command) -> Command {
    let mut command = Command::new("setsid");
    command.arg("--ctty").arg(call.get_program()).args(call.get_args()).env_clear();
    for (name, value) in call.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    if let Some(folder) = call.get_current_dir() {
        command.current_dir(folder);
    }
    command
}
