//! What `run` and `create` share: the container that is asked for.

use super::caller::Caller;
use super::network_flags::NetworkFlags;
use super::parse::security::SecurityOption;
use super::parse::volume::{Place, volume};
use super::parse::{
    capability::capability, clean::clean, env, host::host, hostname::hostname, label::label, lines::lines,
    name::container_name, number, platform::platform, pull::pull, security::security, size::ram_in_bytes,
    stream::Stream, stream::stream, tmpfs::tmpfs, ulimit::ulimit,
};
use crate::engine::wish::{MountWish, PullPolicy, SeccompWish, SecurityWish, Ulimit, Wish};
use crate::error::{Error, Result};
use crate::signals::signal;
use std::collections::BTreeMap;
use std::path::Path;

/// The flags of a container, its image and its command.
#[derive(Debug, Clone, clap::Args)]
pub struct ContainerArgs {
    /// Add a line to /etc/hosts of the container
    #[arg(long, value_name = "NAME:ADDRESS", value_parser = host)]
    pub add_host: Vec<String>,
    /// Attach to stdin, stdout or stderr
    #[arg(short, long, value_name = "STREAM", value_parser = stream)]
    pub attach: Vec<Stream>,
    /// Add a capability, or ALL
    #[arg(long, value_name = "CAPABILITY", value_parser = capability)]
    pub cap_add: Vec<String>,
    /// Drop a capability, or ALL
    #[arg(long, value_name = "CAPABILITY", value_parser = capability)]
    pub cap_drop: Vec<String>,
    /// Write the container's id to a new file
    #[arg(long, value_name = "FILE")]
    pub cidfile: Option<String>,
    /// Replace the entrypoint of the image; empty clears it
    #[arg(long, value_name = "COMMAND")]
    pub entrypoint: Option<String>,
    /// Set an environment variable; KEY alone passes the caller's on
    #[arg(short, long, value_name = "KEY[=VALUE]", value_parser = env::env)]
    pub env: Vec<String>,
    /// Read environment variables from a file, one per line
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<String>,
    /// Set the host name of the container
    #[arg(short = 'h', long, value_name = "NAME", value_parser = hostname)]
    pub hostname: Option<String>,
    /// Run an init as process 1, which forwards signals and reaps processes
    #[arg(long)]
    pub init: bool,
    /// Keep standard input open
    #[arg(short, long)]
    pub interactive: bool,
    /// Set a label on the container
    #[arg(short, long, value_name = "KEY[=VALUE]", value_parser = label)]
    pub label: Vec<(String, String)>,
    /// Read labels from a file, one per line
    #[arg(long, value_name = "FILE")]
    pub label_file: Vec<String>,
    /// Give the container a name
    #[arg(long, value_name = "NAME", value_parser = container_name)]
    pub name: Option<String>,
    /// Its networks and ports.
    #[command(flatten)]
    pub networks: NetworkFlags,
    /// Use the image of this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// Give the container all the power that the caller has
    #[arg(long)]
    pub privileged: bool,
    /// Ask the registry for the image: always, missing or never
    #[arg(long, value_name = "WHEN", default_value = "missing", value_parser = pull)]
    pub pull: PullPolicy,
    /// Do not show the progress of a pull
    #[arg(short, long)]
    pub quiet: bool,
    /// Mount the root file system of the container read-only
    #[arg(long)]
    pub read_only: bool,
    /// Remove the container and its anonymous volumes when it exits
    #[arg(long)]
    pub rm: bool,
    /// Change how the container is confined: seccomp=FILE|unconfined, no-new-privileges
    #[arg(long, value_name = "OPTION", value_parser = security)]
    pub security_opt: Vec<SecurityOption>,
    /// Set the size of /dev/shm
    #[arg(long, value_name = "BYTES", value_parser = ram_in_bytes)]
    pub shm_size: Option<u64>,
    /// Set the signal that asks the container to stop
    #[arg(long, value_name = "SIGNAL", value_parser = signal)]
    pub stop_signal: Option<i32>,
    /// Set how many seconds to wait before a stop becomes a kill; -1 waits for ever
    #[arg(long, value_name = "SECONDS", value_parser = number::int)]
    pub stop_timeout: Option<i64>,
    /// Mount a tmpfs
    #[arg(long, value_name = "TARGET[:OPTIONS]", value_parser = tmpfs)]
    pub tmpfs: Vec<MountWish>,
    /// Allocate a terminal
    #[arg(short, long)]
    pub tty: bool,
    /// Set a limit of setrlimit(2)
    #[arg(long, value_name = "NAME=SOFT[:HARD]", value_parser = ulimit)]
    pub ulimit: Vec<Ulimit>,
    /// Run as this user, and group, of the image
    #[arg(short, long, value_name = "USER[:GROUP]")]
    pub user: Option<String>,
    /// Mount a directory of the host or a volume
    #[arg(short, long, value_name = "[SOURCE:]TARGET[:MODES]")]
    pub volume: Vec<String>,
    /// Set the directory in which the command starts
    #[arg(short, long, value_name = "DIRECTORY")]
    pub workdir: Option<String>,
    /// The image, the command and its arguments
    #[arg(required = true, num_args = 1.., trailing_var_arg = true, value_name = "IMAGE [COMMAND] [ARG...]")]
    pub words: Vec<String>,
}

impl ContainerArgs {
    /// Makes the wish of these words; reads the files they name.
    pub fn wish(&self, caller: &Caller) -> Result<Wish> {
        let (image, command) = self.words.split_first().ok_or_else(|| Error::usage("no image was named"))?;
        if image.is_empty() || image.starts_with('-') {
            return Err(Error::usage("invalid reference format"));
        }
        let mut wish = Wish {
            image: no_nul("the image", image)?,
            command: command.iter().map(|word| no_nul("the command", word)).collect::<Result<_>>()?,
            entrypoint: self.entrypoint.as_deref().map(entrypoint).transpose()?,
            name: self.name.clone(),
            env: environment(&self.env_file, &self.env, caller)?,
            labels: self.labels(caller)?,
            mounts: self.mounts(caller)?,
            workdir: self.workdir.as_deref().filter(|typed| !typed.is_empty()).map(workdir).transpose()?,
            user: self.user.as_deref().filter(|typed| !typed.is_empty()).map(user).transpose()?,
            hostname: self.hostname.clone(),
            interactive: self.interactive,
            tty: self.tty,
            remove: self.rm,
            read_only: self.read_only,
            init: self.init,
            privileged: self.privileged,
            cap_add: self.cap_add.clone(),
            cap_drop: self.cap_drop.clone(),
            security: self.security(caller)?,
            stop_signal: self.stop_signal,
            stop_timeout: self.stop_timeout,
            ulimits: last_of_each(&self.ulimit),
            shm_size: self.shm_size.filter(|bytes| *bytes != 0),
            extra_hosts: self.add_host.clone(),
            pull: self.pull,
            platform: self.platform.clone(),
            cid_file: self.cidfile.clone().filter(|path| !path.is_empty()),
            sig_proxy: true,
            ..Wish::default()
        };
        self.networks.fill(&mut wish)?;
        Ok(wish)
    }

    fn labels(&self, caller: &Caller) -> Result<BTreeMap<String, String>> {
        let mut labels = BTreeMap::new();
        for file in &self.label_file {
            for line in read_lines(file, caller, |_| None)? {
                let (key, value) = label(&line)?;
                labels.insert(key, value);
            }
        }
        labels.extend(self.label.iter().cloned());
        Ok(labels)
    }

    fn mounts(&self, caller: &Caller) -> Result<Vec<MountWish>> {
        let place = Place { directory: &caller.directory, selinux: caller.selinux };
        let volumes = self.volume.iter().map(|typed| volume(typed, place));
        let mut mounts: Vec<MountWish> = Vec::new();
        for mount in volumes.chain(self.tmpfs.iter().cloned().map(Ok)) {
            let mount = mount?;
            if mounts.contains(&mount) {
                continue;
            }
            if mounts.iter().any(|other| target(other) == target(&mount)) {
                return Err(Error::usage(format!("Duplicate mount point: {}", target(&mount))));
            }
            mounts.push(mount);
        }
        Ok(mounts)
    }

    fn security(&self, caller: &Caller) -> Result<SecurityWish> {
        let mut wish = SecurityWish::default();
        for option in &self.security_opt {
            match option {
                SecurityOption::SeccompUnconfined => wish.seccomp = SeccompWish::Unconfined,
                SecurityOption::SeccompBuiltin => wish.seccomp = SeccompWish::Default,
                SecurityOption::SeccompFile(file) => wish.seccomp = seccomp_profile(file, caller)?,
                SecurityOption::NoNewPrivileges(yes) => wish.no_new_privileges = *yes,
                SecurityOption::AsItIs => {}
            }
        }
        Ok(wish)
    }
}

/// The environment of `-e` and `--env-file`: files first; a key keeps its place and takes its last value.
pub fn environment(files: &[String], typed: &[String], caller: &Caller) -> Result<Vec<String>> {
    let lookup = |key: &str| caller.variable(key);
    let mut pairs: Vec<String> = Vec::new();
    for file in files {
        pairs.extend(read_lines(file, caller, lookup)?);
    }
    pairs.extend(typed.iter().filter_map(|pair| env::complete(pair, lookup)));
    let mut kept: Vec<String> = Vec::new();
    for pair in pairs {
        let key = |pair: &str| pair.split_once('=').map_or(pair.to_owned(), |(key, _)| key.to_owned());
        match kept.iter_mut().find(|other| key(other) == key(&pair)) {
            Some(other) => *other = pair,
            None => kept.push(pair),
        }
    }
    Ok(kept)
}

/// Checks `-w`.
pub fn workdir(typed: &str) -> Result<String> {
    no_nul("the working directory", typed)?;
    clean(typed).ok_or_else(|| {
        Error::usage(format!("the working directory '{typed}' is invalid, it needs to be an absolute path"))
    })
}

/// Checks `-u`; who that is, only the image knows.
pub fn user(typed: &str) -> Result<String> {
    match typed.contains(char::is_control) {
        true => Err(Error::usage(format!("invalid user `{typed}`")).because("it holds a control character")),
        false => Ok(typed.to_owned()),
    }
}

fn entrypoint(typed: &str) -> Result<Vec<String>> {
    Ok(if typed.is_empty() { Vec::new() } else { vec![no_nul("the entrypoint", typed)?] })
}

/// A command line cannot hold a NUL byte, but a caller of this room can.
fn no_nul(what: &str, typed: &str) -> Result<String> {
    match typed.contains('\0') {
        true => Err(Error::usage(format!("{what} holds a NUL byte"))),
        false => Ok(typed.to_owned()),
    }
}

fn last_of_each(limits: &[Ulimit]) -> Vec<Ulimit> {
    let by_name: BTreeMap<&str, &Ulimit> = limits.iter().map(|limit| (limit.name.as_str(), limit)).collect();
    by_name.into_values().cloned().collect()
}

fn target(mount: &MountWish) -> &str {
    match mount {
        MountWish::Bind { target, .. }
        | MountWish::Volume { target, .. }
        | MountWish::Anonymous { target }
        | MountWish::Tmpfs { target, .. } => target,
    }
}

/// The pairs of a file of variables or labels, one per line; `lookup` gives the value of a name alone.
pub(super) fn read_lines(
    file: &str,
    caller: &Caller,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>> {
    let bytes = read(file, caller).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::IsADirectory => {
            Error::usage(format!("invalid env file ({file})")).because(format!("read {file}: is a directory"))
        }
        _ => Error::usage(format!("open {file}")).why(cause),
    })?;
    lines(&bytes, lookup).map_err(|cause| Error::usage(format!("invalid env file ({file})")).because(cause))
}

fn seccomp_profile(file: &str, caller: &Caller) -> Result<SeccompWish> {
    let bytes = read(file, caller).map_err(|cause| {
        Error::usage(format!("opening seccomp profile ({file}) failed: open {file}")).why(cause)
    })?;
    let unfit = |cause: anyhow::Error| {
        Error::usage(format!("compacting json for seccomp profile ({file}) failed")).why(cause)
    };
    let text = String::from_utf8(bytes).map_err(|cause| unfit(cause.into()))?;
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text)
        .map_err(|cause| unfit(cause.into()))?;
    Ok(SeccompWish::Profile(text))
}

/// The longest file of a command line that is read: a list of variables or a profile, not an image.
const LONGEST: u64 = 16 << 20;

fn read(file: &str, caller: &Caller) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let path = caller.directory.join(Path::new(file));
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LONGEST {
        true => Err(std::io::Error::other("it is longer than 16 MiB")),
        false => Ok(bytes),
    }
}
