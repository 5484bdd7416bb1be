//! The host's `git`, found once and run with an environment of its own.

use crate::error::{Context, Error, Kind, Result};
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Bytes of its answers.
const OUTPUT: u64 = 8 << 20;
/// Bytes of what it complains of.
const COMPLAINT: u64 = 64 * 1024;
/// What of the caller's environment git sees.
const KEPT: [&str; 12] = [
    "HOME",
    "PATH",
    "SSH_AUTH_SOCK",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
    "SSL_CERT_FILE",
];
/// Settings that hold whatever the user's files say: nothing of a repository is run, one transport or another is
/// used and no helper in their place, objects are checked, a connection that stalls ends after a minute.
const SETTINGS: [&str; 19] = [
    "protocol.allow=never",
    "protocol.http.allow=always",
    "protocol.https.allow=always",
    "protocol.git.allow=always",
    "protocol.ssh.allow=always",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=true",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "filter.lfs.smudge=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
    "init.defaultBranch=main",
    "advice.detachedHead=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
];

/// The program and the folder it works in.
#[derive(Debug)]
pub(super) struct Git {
    program: PathBuf,
    folder: PathBuf,
    /// Whether repositories of this machine may be fetched.
    files: bool,
}

impl Git {
    /// Looks for git along `PATH`.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] when there is none.
    pub(super) fn find(folder: &Path, files: bool) -> Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"));
        let program = program(&path).ok_or_else(|| {
            Error::new(Kind::Unsupported, "a git repository needs the program git, which is not installed")
                .fix("install git: apt-get install git, dnf install git, apk add git, pacman -S git")
        })?;
        Ok(Self { program, folder: folder.to_owned(), files })
    }

    /// Runs it, and gives what it answers.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String> {
        self.run_with(arguments, self.files)
    }

    /// The same; nothing of this machine is fetched, even for a repository that is of this machine.
    pub(super) fn run_without_files(&self, arguments: &[&str]) -> Result<String> {
        self.run_with(arguments, false)
    }

    fn run_with(&self, arguments: &[&str], files: bool) -> Result<String> {
        let mut command = self.command(files);
        command.args(arguments);
        let mut child = command.spawn().what(|| format!("running {}", self.program.display()))?;
        let (answer, complaint) = (child.stdout.take(), child.stderr.take());
        let (answer, complaint) = std::thread::scope(|scope| {
            let complaint = scope.spawn(move || read(complaint, COMPLAINT));
            let answer = read(answer, OUTPUT);
            (answer, complaint.join().unwrap_or_else(|_| Ok((Vec::new(), true))))
        });
        let status = child.wait().what(|| "waiting for git")?;
        let (answer, complete) = answer.what(|| "reading from git")?;
        if !status.success() {
            let (complaint, _) = complaint.what(|| "reading from git")?;
            let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
            return Err(Error::new(Kind::NotFound, format!("git stderr:\n{complaint}\n")).because(status));
        }
        match complete {
            true => Ok(String::from_utf8_lossy(&answer).into_owned()),
            false => Err(Error::new(Kind::Invalid, "git's answer").because("more than 8 MiB of it")),
        }
    }

    fn command(&self, files: bool) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear();
        command.envs(KEPT.iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
        command
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "/bin/false")
            .env("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=30")
            // Repositories around the folder are not looked for.
            .env("GIT_CEILING_DIRECTORIES", self.folder.parent().unwrap_or(&self.folder));
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(["-c", if files { "protocol.file.allow=always" } else { "protocol.file.allow=never" }]);
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Up to `limit` bytes of a stream, which is read to its end; and whether that was all.
fn read(stream: Option<impl Read>, limit: u64) -> io::Result<(Vec<u8>, bool)> {
    let Some(mut stream) = stream else { return Ok((Vec::new(), true)) };
    let mut bytes = Vec::new();
    (&mut stream).take(limit).read_to_end(&mut bytes)?;
    let rest = io::copy(&mut stream, &mut io::sink())?;
    Ok((bytes, rest == 0))
}

/// The first executable `git` in the absolute folders of `path`.
fn program(path: &std::ffi::OsStr) -> Option<PathBuf> {
    let executable = |file: &PathBuf| {
        file.metadata().is_ok_and(|known| known.is_file() && known.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("git"))
        .find(executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_is_looked_for_in_absolute_folders_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("git");
        crate::durable::write(&file, b"#!/bin/false\n").unwrap();
        assert_eq!(program(folder.path().as_os_str()), None);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(program(folder.path().as_os_str()), Some(file));
        assert_eq!(program("bin:.::".as_ref()), None);
    }
}
