//! Creating a container: a wish and an image become a record.

use super::files;
use super::host::Engine;
use super::image::Image;
use super::names;
use super::networks::exposed::exposed;
use super::networks::joined::{self, Joined};
use super::networks::shared;
use super::record::{self, Record, RecordedMount};
use super::tmpfs;
use super::wish::{MountWish, NetworkWish, Wish};
use crate::durable::{self, Durability, Lock, Sharing};
use crate::error::{Context, Error, Kind, Result};
use crate::ids::ContainerId;
use crate::storage::containers::Draft;
use jiff::Timestamp;
use rustix::fs::Mode;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// docker's default for images and users that say none.
const DEFAULT_PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How often a random name is drawn again when it is taken; later ones carry a digit.
const NAME_ATTEMPTS: u32 = 20;

/// Creates a container of `image` as `wish` says; `command_line` is kept as it was typed. It comes with its lock:
/// as long as that is held, nobody takes it for one that is not needed.
///
/// # Errors
/// docker's words for a name that is taken and for an image without a command; nothing is left then.
pub fn create(
    engine: &Engine,
    wish: &Wish,
    image: &Image,
    command_line: Vec<String>,
) -> Result<(Record, Lock)> {
    if let Some(name) = &wish.name {
        names::valid_name(name)?;
    }
    let hostname = host_name(engine, &wish.network)?;
    links_are_there(engine, wish)?;
    let record = decide(wish, image, command_line, hostname)?;
    let joined = joined::of(engine, &wish.network)?;
    for mount in &record.mounts {
        prepare_source(engine, mount)?;
    }
    let durability = if wish.remove { Durability::Kill } else { Durability::PowerCut };
    let (draft, lock) = fill(engine.containers.draft()?, &record, &joined, durability)?;
    commit(engine, draft, &record, durability)?;
    Ok((record, lock))
}

/// The name of whose network it is: the host's, or another container's; its own has its short id.
fn host_name(engine: &Engine, network: &NetworkWish) -> Result<Option<String>> {
    match network {
        NetworkWish::Host => Ok(Some(rustix::system::uname().nodename().to_string_lossy().into_owned())),
        NetworkWish::Container(name) => Ok(Some(engine.record(&shared::find(engine, name)?)?.hostname)),
        _ => Ok(None),
    }
}

/// docker's words for a `--link` to nobody.
fn links_are_there(engine: &Engine, wish: &Wish) -> Result<()> {
    let on_networks = match &wish.network {
        NetworkWish::Networks(joins) => joins.as_slice(),
        _ => &[],
    };
    for (container, _) in wish.links.iter().chain(on_networks.iter().flat_map(|join| &join.links)) {
        engine.containers.find(container).map_err(|error| {
            Error::new(error.kind, format!("could not get container for {container}: {error}"))
        })?;
    }
    Ok(())
}

/// `network_host` is the host name that comes with its network.
fn decide(
    wish: &Wish,
    image: &Image,
    command_line: Vec<String>,
    network_host: Option<String>,
) -> Result<Record> {
    let id = ContainerId::random()?;
    let entrypoint = wish.entrypoint.clone().or_else(|| image.config.entrypoint.clone());
    let command = match (&wish.command, &wish.entrypoint) {
        (typed, _) if !typed.is_empty() => Some(typed.clone()),
        // A new entry point takes nothing from the image.
        (_, Some(_)) => None,
        _ => image.config.command.clone(),
    };
    let mut words = entrypoint.iter().flatten().chain(command.iter().flatten()).cloned();
    let path = words.next().ok_or_else(|| {
        Error::usage("no command specified").fix("name a command after the image, or an --entrypoint")
    })?;
    let hostname = wish.hostname.clone().or(network_host).unwrap_or_else(|| id.short());
    Ok(Record {
        version: record::VERSION,
        id,
        created: Timestamp::now(),
        command_line,
        image: image.id,
        image_name: image.name.clone(),
        platform: image.platform.clone(),
        layers: image.layers.clone(),
        layer_key: image.layer_key.clone(),
        path,
        arguments: words.collect(),
        environment: environment(&image.config.environment, &wish.env),
        labels: merged(&image.config.labels, &wish.labels),
        user: wish.user.clone().unwrap_or_else(|| image.config.user.clone()),
        working_directory: wish.workdir.clone().unwrap_or_else(|| image.config.working_directory.clone()),
        hostname,
        mounts: mounts(wish, image)?,
        entrypoint: entrypoint.filter(|words| !words.is_empty()),
        command,
        exposed: exposed(&image.config.exposed, wish),
        stop_signal: wish.stop_signal.or(image.config.stop_signal).unwrap_or(libc::SIGTERM),
        wish: wish.clone(),
    })
}

/// The image's variables with the user's over them, in docker's order. An entry of an image without `=`
/// would be read as "the host's": dropped (CVE-2026-57231).
fn environment(image: &[String], user: &[String]) -> Vec<String> {
    let mut all: Vec<String> =
        image.iter().filter(|entry| entry.find('=').is_some_and(|at| at > 0)).cloned().collect();
    if !all.iter().chain(user).any(|entry| entry.starts_with("PATH=")) {
        all.push(DEFAULT_PATH.to_owned());
    }
    for entry in user {
        let key = entry.split('=').next().unwrap_or_default();
        let same = |other: &String| other.split('=').next() == Some(key);
        match all.iter().position(same) {
            Some(at) => all[at].clone_from(entry),
            None => all.push(entry.clone()),
        }
    }
    all
}

fn merged(image: &BTreeMap<String, String>, user: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    image.iter().chain(user).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The user's mounts, then the image's volumes where the user mounted nothing; parents before children.
fn mounts(wish: &Wish, image: &Image) -> Result<Vec<RecordedMount>> {
    let mut mounts = wish.mounts.iter().map(recorded).collect::<Result<Vec<_>>>()?;
    for target in &image.config.volumes {
        if !mounts.iter().any(|mount| mount.target() == target) {
            mounts.push(anonymous(target)?);
        }
    }
    for mount in &mounts {
        refuse_kernel_tree(mount.target())?;
    }
    for (number, mount) in mounts.iter().enumerate() {
        if mounts[..number].iter().any(|other| other.target() == mount.target()) {
            return Err(Error::usage(format!("Duplicate mount point: {}", mount.target())));
        }
    }
    mounts.sort_by_key(|mount| mount.target().matches('/').count());
    Ok(mounts)
}

fn recorded(wish: &MountWish) -> Result<RecordedMount> {
    Ok(match wish.clone() {
        MountWish::Bind { source, target, read_only, recursive } => {
            RecordedMount::Bind { source, target, read_only, recursive }
        }
        MountWish::Volume { name, target, read_only, .. } => {
            RecordedMount::Volume { name, target, read_only, anonymous: false }
        }
        MountWish::Anonymous { target } => anonymous(&target)?,
        MountWish::Tmpfs { target, options } => {
            // Wrong options are told before anything is made.
            tmpfs::planned(target.clone(), &options)?;
            RecordedMount::Tmpfs { target, options }
        }
    })
}

fn anonymous(target: &str) -> Result<RecordedMount> {
    let name = ContainerId::random()?.to_string();
    Ok(RecordedMount::Volume { name, target: target.to_owned(), read_only: false, anonymous: true })
}

/// What is mounted there would answer for the kernel (CVE-2019-16884 and its kin).
fn refuse_kernel_tree(target: &str) -> Result<()> {
    let below =
        |tree: &str| target == tree || target.strip_prefix(tree).is_some_and(|rest| rest.starts_with('/'));
    if !target.starts_with('/') || target.split('/').any(|part| part == "..") || target == "/" {
        return Err(Error::usage(format!(
            "invalid mount path: '{target}' mount path must be absolute and not the root"
        )));
    }
    if below("/proc") || below("/sys") {
        return Err(Error::usage(format!("nothing can be mounted inside /proc or /sys: {target}")));
    }
    Ok(())
}

/// docker makes the missing source of a bind as a directory.
fn prepare_source(engine: &Engine, mount: &RecordedMount) -> Result<()> {
    match mount {
        RecordedMount::Bind { source, .. } if !Path::new(source).exists() => {
            std::fs::create_dir_all(source).what(|| format!("making the missing bind source {source}"))
        }
        RecordedMount::Volume { name, .. } => engine.volumes().ensure(name),
        _ => Ok(()),
    }
}

fn fill(draft: Draft, record: &Record, joined: &[Joined], durability: Durability) -> Result<(Draft, Lock)> {
    let folder = draft.folder();
    for (name, mode) in [("upper", 0o755), ("work", 0o700), ("etc", 0o755)] {
        rustix::fs::mkdir(folder.join(name), Mode::from_raw_mode(mode))
            .map_err(io::Error::from)
            .what(|| "making a container's folder")?;
    }
    files::write(&folder.join("etc"), record)?;
    joined::draft(folder, joined, durability)?;
    let text = serde_json::to_vec(record).what(|| "writing a container's record")?;
    durable::draft(&folder.join(record::FILE), &text, 0o600, durability)?;
    let lock = Lock::take(&draft.lock(), Sharing::Exclusive)?;
    Ok((draft, lock))
}

fn commit(engine: &Engine, mut draft: Draft, record: &Record, durability: Durability) -> Result<()> {
    for attempt in 0..NAME_ATTEMPTS {
        let name = match &record.wish.name {
            Some(name) => name.clone(),
            None => names::random_name(attempt)?,
        };
        match engine.containers.commit(draft, &record.id, &name, durability)? {
            Ok(()) => return Ok(()),
            Err((holder, _)) if record.wish.name.is_some() => return Err(taken(&name, &holder)),
            Err((_, same)) => draft = same,
        }
    }
    Err(Error::new(Kind::Conflict, "no free name was found").fix("choose one with --name"))
}

/// docker's words.
pub fn taken(name: &str, holder: &ContainerId) -> Error {
    Error::new(
        Kind::Conflict,
        format!(
            "Conflict. The container name \"/{name}\" is already in use by container \"{holder}\". \
             You have to remove (or rename) that container to be able to reuse that name."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_users_variables_replace_the_images_in_place() {
        let all = environment(&strings(&["PATH=/bin", "A=1", "B=2"]), &strings(&["A=3", "C=4"]));
        assert_eq!(all, strings(&["PATH=/bin", "A=3", "B=2", "C=4"]));
    }

    #[test]
    fn entries_of_an_image_that_name_no_value_are_dropped() {
        let all = environment(&strings(&["SECRET", "*", "", "=x", "A=1"]), &[]);
        assert_eq!(all, strings(&["A=1", DEFAULT_PATH]));
    }

    #[test]
    fn mounts_over_the_kernels_trees_are_refused() {
        for target in ["/proc", "/proc/self", "/sys/fs", "/", "relative", "/a/../proc"] {
            assert!(refuse_kernel_tree(target).is_err(), "{target}");
        }
        assert!(refuse_kernel_tree("/procession").is_ok());
    }
}
