//! Credential helpers: programs called `docker-credential-NAME` that keep secrets elsewhere.
//!
//! ```text
//! rcon                                        docker-credential-NAME
//!   get    the registry                 -->
//!                                       <--   {"ServerURL", "Username", "Secret"}
//!   store  {"ServerURL", …, "Secret"}   -->
//!   erase  the registry                 -->
//!   list                                -->
//!                                       <--   {registry: user, …}
//! ```
//!
//! One that fails says why on its standard output. The user's own configuration names it, so it gets the user's
//! environment: it may need a keyring or an agent.

use crate::error::{Context, Error, Kind, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Access, OFlags, access, fcntl_setfl};
use rustix::io::Errno;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The longest answer that is read, in bytes.
const LONGEST: usize = 1 << 20;
/// How long a helper may take: it may ask the user to unlock a keyring.
const LIMIT: Duration = Duration::from_secs(60);
/// How a helper says that it has no such credential.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// A helper that was found.
#[derive(Debug)]
pub(super) struct Helper {
    program: PathBuf,
    limit: Duration,
}

/// What a helper keeps for a registry.
pub(super) struct Kept {
    /// `<token>` when the secret is an identity token.
    pub user: String,
    pub secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

impl Helper {
    /// Looks for the helper called `name` in `path`, a list of folders; `file` is what names it.
    ///
    /// # Errors
    /// When it is not there: its credentials are never looked for elsewhere.
    pub(super) fn find(name: &str, path: Option<&OsStr>, file: &Path) -> Result<Self> {
        if name.is_empty()
            || !name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
        {
            return Err(Error::new(Kind::Invalid, format!("`{name}` is no name of a credential helper"))
                .fix(format!("mend it in {}", file.display())));
        }
        let called = format!("docker-credential-{name}");
        let folders = path.map(std::env::split_paths).into_iter().flatten();
        let runs = |program: &PathBuf| program.is_file() && access(program, Access::EXEC_OK).is_ok();
        // A relative folder would let the current one decide.
        let found =
            folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join(&called)).find(runs);
        match found {
            Some(program) => Ok(Self { program, limit: LIMIT }),
            None => Err(Error::new(Kind::NotFound, format!("the credential helper {called} is not in PATH"))
                .because(format!("{} names it", file.display()))
                .fix(format!("install {called}, or take it out of {}", file.display()))),
        }
    }

    /// What it keeps for `registry`, if anything.
    pub(super) fn get(&self, registry: &str) -> Result<Option<Kept>> {
        let Some(answer) = self.ask("get", registry.as_bytes())? else { return Ok(None) };
        // The cause would quote the answer.
        let answer: Answer =
            serde_json::from_slice(&answer).map_err(|_| self.wrong("its answer is not understood"))?;
        Ok(Some(Kept { user: answer.username, secret: answer.secret }))
    }

    /// Gives it a secret to keep.
    pub(super) fn store(&self, registry: &str, user: &str, secret: &str) -> Result<()> {
        let message = json!({"ServerURL": registry, "Username": user, "Secret": secret});
        self.ask("store", message.to_string().as_bytes()).map(drop)
    }

    /// Lets it forget; what it never knew is forgotten.
    pub(super) fn erase(&self, registry: &str) -> Result<()> {
        self.ask("erase", registry.as_bytes()).map(drop)
    }

    /// The registries for which it keeps something.
    pub(super) fn list(&self) -> Result<Vec<String>> {
        let Some(answer) = self.ask("list", b"")? else { return Ok(Vec::new()) };
        let list: Map<String, Value> =
            serde_json::from_slice(&answer).map_err(|_| self.wrong("its answer is not understood"))?;
        Ok(list.into_iter().map(|(registry, _)| registry).collect())
    }

    /// Runs it once; `None` when it has no such credential.
    fn ask(&self, verb: &str, input: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut command = Command::new(&self.program);
        command.arg(verb).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().what(|| format!("running {}", self.program.display()))?;
        let talked = self.talk(&mut child, input);
        if talked.is_err() {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
        }
        let (answer, status) = talked?;
        if status.success() {
            return Ok(Some(answer));
        }
        let words = String::from_utf8_lossy(&answer);
        match words.trim() {
            NOT_FOUND => Ok(None),
            words => Err(self.wrong(&told(words, status))),
        }
    }

    /// Writes `input` and reads the answer, both as far as the other side is ready, until the time is over.
    fn talk(&self, child: &mut Child, input: &[u8]) -> Result<(Vec<u8>, ExitStatus)> {
        let running = || format!("running {}", self.program.display());
        let deadline = Instant::now() + self.limit;
        let mut stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or_else(|| self.wrong("it has no standard output"))?;
        if let Some(pipe) = &stdin {
            fcntl_setfl(pipe, OFlags::NONBLOCK).what(running)?;
        }
        let (mut unsent, mut answer) = (input, Vec::new());
        loop {
            let left = self.left(deadline)?;
            let mut ready = vec![PollFd::new(&stdout, PollFlags::IN)];
            ready.extend(stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
            match poll(&mut ready, Some(&left)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(errno).what(running),
            }
            let readable = !ready[0].revents().is_empty();
            let writable = ready.get(1).is_some_and(|pipe| !pipe.revents().is_empty());
            if writable {
                stdin = stdin.take().filter(|pipe| send(pipe, &mut unsent));
            }
            if readable {
                let mut buffer = [0u8; 4096];
                match rustix::io::read(stdout.as_fd(), &mut buffer).what(running)? {
                    0 => break,
                    count => answer.extend_from_slice(&buffer[..count]),
                }
            }
            if answer.len() > LONGEST {
                return Err(self.wrong("its answer is longer than 1 MiB"));
            }
        }
        drop(stdin);
        loop {
            if let Some(status) = child.try_wait().what(running)? {
                return Ok((answer, status));
            }
            self.left(deadline)?;
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The time left until `deadline`.
    fn left(&self, deadline: Instant) -> Result<Timespec> {
        let left = deadline.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => Err(self.wrong(&format!("it did not end within {} seconds", self.limit.as_secs()))),
            false => Ok(Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() }),
        }
    }

    fn wrong(&self, why: &str) -> Error {
        Error::new(Kind::System, format!("the credential helper {}", self.program.display())).because(why)
    }
}

/// Sends what the pipe takes; tells whether something is left to send. A helper need not read everything.
fn send(pipe: &ChildStdin, unsent: &mut &[u8]) -> bool {
    match rustix::io::write(pipe, unsent) {
        Ok(count) => *unsent = &unsent[count..],
        Err(Errno::AGAIN | Errno::INTR) => {}
        Err(_) => return false,
    }
    !unsent.is_empty()
}

/// The first words of a failure. What looks like an answer may have a secret in it, and is not told.
fn told(words: &str, status: ExitStatus) -> String {
    let line: String = words.lines().next().unwrap_or_default().chars().take(200).collect();
    match line.is_empty() || words.contains(['{', '[']) {
        true => format!("it failed: {status}"),
        false => line,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write;

    const FILE: &str = "/home/me/config.json";

    /// Makes a program of this script, by another process: a descriptor that a fork of another test inherits
    /// would keep it from being executed (ETXTBSY).
    pub(in super::super) fn program(path: &Path, script: &str) {
        let mut shell = Command::new("sh")
            .args(["-c", "cat >\"$0\" && chmod 700 \"$0\""])
            .arg(path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        write!(shell.stdin.take().unwrap(), "#!/bin/sh\n{script}\n").unwrap();
        assert!(shell.wait().unwrap().success());
    }

    /// A helper that is this script of a shell.
    fn script(text: &str) -> (tempfile::TempDir, Result<Helper>) {
        let folder = tempfile::tempdir().unwrap();
        program(&folder.path().join("docker-credential-test"), text);
        let helper = Helper::find("test", Some(folder.path().as_os_str()), Path::new(FILE));
        (folder, helper)
    }

    #[test]
    fn the_registry_goes_in_and_the_secret_comes_out() {
        let (folder, helper) = script(
            "read line; printf '{\"ServerURL\":\"x\",\"Username\":\"me\",\"Secret\":\"%s-%s\"}' $1 \"$line\"",
        );
        let kept = helper.unwrap().get("a.b").unwrap().unwrap();
        assert_eq!((kept.user.as_str(), kept.secret.as_str()), ("me", "get-a.b"));
        drop(folder);
    }

    #[test]
    fn a_message_longer_than_a_pipe_is_stored_whole() {
        let (folder, helper) = script("cat > \"${0%/*}/kept\"; head -c 300000 /dev/zero");
        helper.unwrap().store("a.b", "me", &"s".repeat(500_000)).unwrap();
        let kept: Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("kept")).unwrap()).unwrap();
        assert_eq!(kept["Secret"].as_str().unwrap().len(), 500_000);
        assert_eq!((kept["ServerURL"].as_str(), kept["Username"].as_str()), (Some("a.b"), Some("me")));
    }

    #[test]
    fn a_helper_without_the_credential_is_no_failure() {
        let (_folder, helper) = script("echo 'credentials not found in native keychain'; exit 1");
        let helper = helper.unwrap();
        assert!(helper.get("a.b").unwrap().is_none());
        helper.erase("a.b").unwrap();
        assert_eq!(helper.list().unwrap(), [""; 0]);
    }

    #[test]
    fn a_failure_is_told_without_secrets() {
        for (text, words) in [
            ("echo 'no keyring'; exit 1", ": no keyring"),
            ("echo '{\"Secret\": \"marker\"}'; exit 1", ": it failed: exit status: 1"),
            ("echo '{\"Secret\": \"marker\"'", ": its answer is not understood"),
            ("echo '[\"marker\"]'", ": its answer is not understood"),
            ("kill -9 $$", ": it failed: signal: 9 (SIGKILL)"),
            ("exec head -c 2000000 /dev/zero", ": its answer is longer than 1 MiB"),
        ] {
            let (_folder, helper) = script(text);
            let error = helper.unwrap().get("a.b").map(|_| ()).unwrap_err().to_string();
            assert!(error.ends_with(words) && !error.contains("marker"), "{error}");
        }
    }

    #[test]
    fn a_helper_that_does_not_end_is_ended() {
        for text in ["exec sleep 1000", "exec sleep 1000 >&-"] {
            let (_folder, helper) = script(text);
            let helper = Helper { limit: Duration::from_millis(200), ..helper.unwrap() };
            let error = helper.get("a.b").map(|_| ()).unwrap_err();
            assert!(error.to_string().contains("did not end within"), "{error}");
        }
    }

    #[test]
    fn a_missing_helper_is_told_with_the_file_that_names_it() {
        for path in [None, Some("/nonexistent:."), Some("")] {
            let error = Helper::find("test", path.map(OsStr::new), Path::new(FILE)).unwrap_err();
            assert_eq!(
                error.to_string(),
                "the credential helper docker-credential-test is not in PATH: /home/me/config.json names it"
            );
        }
        for name in ["", "../x", "a/b", "a b", "a\0"] {
            let error = Helper::find(name, Some(OsStr::new("/bin")), Path::new(FILE)).unwrap_err();
            assert!(error.to_string().ends_with("is no name of a credential helper"), "{error}");
        }
    }
}
