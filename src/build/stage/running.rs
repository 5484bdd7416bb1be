//! `RUN`, with everything known.

use super::copying::Origin;
use super::{Evaluation, Names};
use crate::dockerfile::ast::{Command, Heredoc, Mount, MountKind, Run, RunNetwork, RunSecurity, Sharing};
use crate::dockerfile::mount::expanded;
use crate::error::Error;

/// A command to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStep {
    /// Program and arguments.
    pub arguments: Vec<String>,
    /// `NAME=VALUE`, in order.
    pub environment: Vec<String>,
    /// Proxies that the caller handed in: in the environment, and no part of what the step depends on.
    pub proxies: Vec<String>,
    /// `USER` by then; empty is root.
    pub user: String,
    /// Absolute.
    pub directory: String,
    /// In order.
    pub mounts: Vec<MountStep>,
    /// A script that a heredoc with `#!` gives: its name and text, to be executed at `/dev/pipes/NAME`.
    pub script: Option<(String, String)>,
    /// `--network`.
    pub network: RunNetwork,
    /// `--security=insecure`.
    pub insecure: bool,
}

/// `RUN --mount`, expanded. Targets are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountStep {
    /// What is mounted.
    pub origin: MountOrigin,
    /// Where; a secret that is only a variable has none.
    pub target: Option<String>,
    /// Nothing can be written; where it can, bind mounts forget it.
    pub read_only: bool,
}

/// What `RUN --mount` mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountOrigin {
    /// A place in the context, a stage or an image.
    Bind { from: Origin, path: String },
    /// A folder that outlives the build, filled from a place in a stage or image at first.
    Cache { id: String, sharing: Sharing, from: Option<Origin>, path: String, mode: u32, uid: u32, gid: u32 },
    /// In memory; bytes, or no limit.
    Tmpfs { size: Option<u64> },
    /// A secret of the call's.
    Secret { id: String, required: bool, env: Option<String>, mode: u32, uid: u32, gid: u32 },
    /// An agent's socket.
    Ssh { id: String, required: bool, mode: u32, uid: u32, gid: u32 },
}

/// Arguments that need not be declared, and are told nowhere (Dockerfile reference, "Predefined ARGs").
const PROXIES: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

impl Evaluation<'_> {
    /// `RUN`, and its line of history.
    pub(super) fn run(&mut self, run: &Run, names: &mut dyn Names) -> Result<(RunStep, String), Error> {
        if let Some(device) = run.devices.first() {
            return Err(Error::new(
                crate::error::Kind::Unsupported,
                format!("RUN --device={device}: devices of the host are not given to builds"),
            ));
        }
        let script = script(run);
        let arguments = match (&run.command, &script) {
            (Command::Exec(words), _) => words.clone(),
            (Command::Shell(_), Some((name, _))) => self.in_shell(&format!("/dev/pipes/{name}")),
            (Command::Shell(text), None) => self.in_shell(&with_heredocs(text, &run.heredocs)),
        };
        let created_by = format!("RUN {}{} # buildkit", self.scope.declared(), arguments.join(" "));
        let config = &self.config.config;
        let directory = if config.working_dir.is_empty() { "/" } else { &config.working_dir };
        let step = RunStep {
            environment: self.scope.entries(),
            proxies: self.proxies(),
            user: config.user.clone(),
            directory: directory.to_owned(),
            mounts: run.mounts.iter().map(|mount| self.mount(mount, names)).collect::<Result<_, _>>()?,
            script,
            network: run.network.unwrap_or(RunNetwork::Default),
            insecure: run.security == Some(RunSecurity::Insecure),
            arguments,
        };
        Ok((step, created_by))
    }

    /// In both spellings, as BuildKit hands them on.
    fn proxies(&self) -> Vec<String> {
        let own = self.scope.entries();
        let is_own = |name: &str| own.iter().any(|entry| entry.split('=').next() == Some(name));
        let mut all = Vec::new();
        for name in PROXIES.iter().filter(|name| !is_own(name)) {
            let same = |other: &&String| other.eq_ignore_ascii_case(name);
            let exact = self.given.args.get(*name);
            let value = exact.or_else(|| {
                let key = self.given.args.keys().find(same)?;
                self.given.args.get(key)
            });
            all.extend(value.map(|value| format!("{name}={value}")));
        }
        all
    }

    fn mount(&self, mount: &Mount, names: &mut dyn Names) -> Result<MountStep, Error> {
        let mut expand = |word: &str| self.lexer.word(word, &self.scope).map(|expanded| expanded.text);
        let mount = &expanded(mount, &mut expand).map_err(Error::usage)?;
        let source = mount.source.clone();
        let target = mount.target.as_ref().map(|target| super::clean(&self.absolute(target)));
        let id = mount.id.clone();
        let number = |word: &Option<String>, usual: u32| -> Result<u32, Error> {
            match word {
                None => Ok(usual),
                Some(text) => {
                    text.parse().map_err(|_| Error::usage(format!("invalid value {text:?} for uid or gid")))
                }
            }
        };
        let (uid, gid) = (number(&mount.uid, 0)?, number(&mount.gid, 0)?);
        let mode = |usual: u32| -> Result<u32, Error> {
            match &mount.mode {
                None => Ok(usual),
                Some(text) => u32::from_str_radix(text, 8)
                    .ok()
                    .filter(|mode| *mode <= 0o7777)
                    .ok_or_else(|| Error::usage(format!("invalid value {text} for mode"))),
            }
        };
        let from = mount.from.as_deref().map(|name| names.origin(name)).transpose()?;
        let path = source.clone().unwrap_or_else(|| "/".to_owned());
        let name = |path: &Option<String>| {
            path.as_deref()
                .and_then(|path| path.rsplit('/').next())
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
        };
        let missing = || Error::usage("invalid mount target \"\"");
        Ok(match mount.kind {
            MountKind::Bind => MountStep {
                origin: MountOrigin::Bind { from: from.unwrap_or(Origin::Context), path },
                target: Some(target.ok_or_else(missing)?),
                read_only: mount.read_only.unwrap_or(true),
            },
            MountKind::Cache => {
                let target = target.ok_or_else(missing)?;
                let sharing = mount.sharing.unwrap_or(Sharing::Shared);
                let id = id.unwrap_or_else(|| target.clone());
                MountStep {
                    origin: MountOrigin::Cache { id, sharing, from, path, mode: mode(0o755)?, uid, gid },
                    target: Some(target),
                    read_only: mount.read_only.unwrap_or(false),
                }
            }
            MountKind::Tmpfs => MountStep {
                origin: MountOrigin::Tmpfs { size: mount.size },
                target: Some(target.ok_or_else(missing)?),
                read_only: false,
            },
            MountKind::Secret => {
                let id = id.or_else(|| name(&source)).or_else(|| name(&target));
                let id = id.ok_or_else(|| Error::usage("one of source, target required"))?;
                let usual = (mount.env.is_none() || mount.target.is_some())
                    .then(|| target.unwrap_or_else(|| format!("/run/secrets/{id}")));
                let origin = MountOrigin::Secret {
                    required: mount.required,
                    env: mount.env.clone(),
                    mode: mode(0o400)?,
                    uid,
                    gid,
                    id,
                };
                MountStep { origin, target: usual, read_only: true }
            }
            MountKind::Ssh => {
                let id = id.unwrap_or_else(|| "default".to_owned());
                MountStep {
                    origin: MountOrigin::Ssh { id, required: mount.required, mode: mode(0o600)?, uid, gid },
                    target,
                    read_only: true,
                }
            }
        })
    }
}

/// The word that a heredoc alone is, as in `RUN <<EOF`.
fn is_heredoc_alone(text: &str, heredocs: &[Heredoc]) -> bool {
    let text = text.trim();
    let plain = text.strip_prefix("<<").map(|rest| rest.trim_start_matches('-').trim_matches(['"', '\'']));
    heredocs.len() == 1 && plain == Some(heredocs[0].name.as_str())
}

/// A heredoc alone that begins with `#!` is a program.
fn script(run: &Run) -> Option<(String, String)> {
    let Command::Shell(text) = &run.command else { return None };
    let heredoc = run.heredocs.first()?;
    let is_script = is_heredoc_alone(text, &run.heredocs) && heredoc.body.starts_with("#!");
    is_script.then(|| (heredoc.name.clone(), heredoc.body.clone()))
}

/// What the shell gets: the heredoc itself where it stands alone, else the whole, for the shell to read.
fn with_heredocs(text: &str, heredocs: &[Heredoc]) -> String {
    if is_heredoc_alone(text, heredocs) {
        return heredocs[0].body.clone();
    }
    let mut all = text.to_owned();
    for heredoc in heredocs {
        all.push('\n');
        all.push_str(&heredoc.body);
        all.push_str(&heredoc.name);
    }
    all
}

/// `RUN <<EOF (echo multi...)`.
pub(super) fn summarized(shown: String, run: &Run) -> String {
    let Command::Shell(text) = &run.command else { return shown };
    if !is_heredoc_alone(text, &run.heredocs) {
        return shown;
    }
    let mut lines = run.heredocs[0].body.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    match lines.next() {
        None => format!("{shown} ({first})"),
        Some(_) => format!("{shown} ({first}...)"),
    }
}
