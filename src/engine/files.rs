//! /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: made when it is created, made again at each
//! start, when it is known where the container is.

use super::host::Engine;
use super::networks::place::Place;
use super::record::Record;
use super::wish::{NetworkWish, Wish};
use crate::durable::{self, Durability};
use crate::error::{Context, Result};
use crate::ids::ContainerId;
use crate::network::endpoint;
use crate::network::nft::container::NAME_SERVER;
use crate::network::uplink::addresses as well_known;
use crate::runtime::plan::FileMount;
use std::path::{Path, PathBuf};

/// docker's lines, in docker's order.
const HOSTS: &str = "127.0.0.1\tlocalhost\n\
    ::1\tlocalhost ip6-localhost ip6-loopback\n\
    fe00::\tip6-localnet\n\
    ff00::\tip6-mcastprefix\n\
    ff02::1\tip6-allnodes\n\
    ff02::2\tip6-allrouters\n";

const NAMES: [&str; 3] = ["hostname", "hosts", "resolv.conf"];

/// Writes the three files into `folder`.
pub fn write(folder: &Path, record: &Record) -> Result<()> {
    let contents = [hostname(record), hosts(record, &[], ""), resolver(&record.wish, &[])];
    for (name, contents) in NAMES.iter().zip(contents) {
        // Every user of the container reads them.
        durable::draft(&folder.join(name), contents.as_bytes(), 0o644, Durability::Kill)?;
    }
    Ok(())
}

/// Where the files of a container are.
pub fn folder(engine: &Engine, id: &ContainerId) -> PathBuf {
    engine.containers.folder(id).join("etc")
}

/// Writes anew what depends on the networks of a container that is about to start, or is connected to one more:
/// in place, since the files are mounted.
pub fn refresh(engine: &Engine, record: &Record, folder: &Path, places: &[Place]) -> Result<()> {
    let links = linked(engine, record, places);
    for (name, contents) in
        [("hosts", hosts(record, places, &links)), ("resolv.conf", resolver(&record.wish, places))]
    {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|text| text == contents.as_bytes()) {
            continue;
        }
        in_place(&path, contents.as_bytes()).what(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// A kill between the two steps leaves an empty file, and the next start writes it anew.
fn in_place(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    use rustix::fs::{Mode, OFlags};
    use std::io::Write;
    let flags = OFlags::WRONLY | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    std::fs::File::from(rustix::fs::open(path, flags, Mode::empty())?).write_all(contents)
}

/// Where they are mounted, unless the user mounted something there.
pub fn mounts(folder: &Path, record: &Record) -> Vec<FileMount> {
    let by_user = |target: &str| record.mounts.iter().any(|mount| mount.target() == target);
    NAMES
        .iter()
        .map(|name| FileMount { source: folder.join(name), target: format!("/etc/{name}") })
        .filter(|file| !by_user(&file.target))
        .collect()
}

fn hostname(record: &Record) -> String {
    format!("{}\n", record.hostname)
}

fn hosts(record: &Record, places: &[Place], links: &str) -> String {
    let mut text = match record.wish.network {
        NetworkWish::Host => std::fs::read_to_string("/etc/hosts").unwrap_or_else(|_| HOSTS.to_owned()),
        _ => HOSTS.to_owned(),
    };
    for entry in &record.wish.extra_hosts {
        if let Some((name, address)) = entry.split_once([':', '=']) {
            let address = if address == "host-gateway" { host(record) } else { address.to_owned() };
            text.push_str(&format!("{address}\t{name}\n"));
        }
    }
    if places.iter().any(|place| !place.network.internal) {
        text.push_str(&format!("{}\thost.docker.internal host.containers.internal\n", well_known::HOST.0));
    }
    text.push_str(links);
    for place in places {
        for address in place.addresses() {
            text.push_str(&format!("{address}\t{}\n", record.hostname));
        }
    }
    text
}

/// What stands for the host.
fn host(record: &Record) -> String {
    match record.wish.network {
        NetworkWish::Host => "127.0.0.1".to_owned(),
        _ => well_known::HOST.0.to_string(),
    }
}

/// `--link` on the default network, where no names are resolved: docker's lines.
fn linked(engine: &Engine, record: &Record, places: &[Place]) -> String {
    let mut text = String::new();
    let default = places.iter().find(|place| place.network.is_default());
    let Some(place) = default.filter(|_| !record.wish.links.is_empty()) else { return text };
    let folder = endpoint::folder(&engine.paths.runtime, &place.network.id);
    let neighbours = endpoint::read(&folder).unwrap_or_default();
    for (container, alias) in &record.wish.links {
        let Ok(id) = engine.containers.find(container) else { continue };
        let Some(found) = neighbours.iter().find(|neighbour| neighbour.container == id) else { continue };
        if let Some(address) = found.ipv4 {
            let mut names = vec![alias.clone(), id.short()];
            names.extend((found.name != *alias).then(|| found.name.clone()));
            text.push_str(&format!("{address}\t{}\n", names.join(" ")));
        }
    }
    text
}

/// The container's own name server where it has one, or the one that stands for the host's; the host's search
/// domains and options unless the user named others.
fn resolver(wish: &Wish, places: &[Place]) -> String {
    let of_host = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let is_given = !(wish.dns.is_empty() && wish.dns_search.is_empty() && wish.dns_options.is_empty());
    let has_pasta = matches!(wish.network, NetworkWish::Pasta(_));
    if places.is_empty() && !is_given && !has_pasta {
        return of_host;
    }
    let own = places.iter().any(Place::has_names);
    let mut text = String::new();
    if own {
        text.push_str(&format!("nameserver {NAME_SERVER}\n"));
    } else if !wish.dns.is_empty() {
        wish.dns.iter().for_each(|server| text.push_str(&format!("nameserver {server}\n")));
    } else if places.is_empty() && !has_pasta {
        lines(&of_host, "nameserver").for_each(|line| text.push_str(&format!("{line}\n")));
    } else {
        text.push_str(&format!("nameserver {}\n", well_known::RESOLVER.0));
    }
    match wish.dns_search.as_slice() {
        [] => lines(&of_host, "search").for_each(|line| text.push_str(&format!("{line}\n"))),
        [dot] if dot == "." => {}
        domains => text.push_str(&format!("search {}\n", domains.join(" "))),
    }
    let mut options: Vec<String> = match wish.dns_options.as_slice() {
        [] => lines(&of_host, "options")
            .flat_map(|line| line.split_ascii_whitespace().skip(1))
            .map(str::to_owned)
            .collect(),
        given => given.to_vec(),
    };
    if own && !options.iter().any(|option| option.starts_with("ndots:")) {
        // docker's: names of containers have no dots.
        options.push("ndots:0".to_owned());
    }
    if !options.is_empty() {
        text.push_str(&format!("options {}\n", options.join(" ")));
    }
    text
}

fn lines<'a>(text: &'a str, keyword: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter(move |line| line.split_ascii_whitespace().next() == Some(keyword))
}
