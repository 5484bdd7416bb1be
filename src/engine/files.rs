//! /etc/hosts, /etc/hostname and /etc/resolv.conf of a container.

use super::record::Record;
use super::wish::NetworkWish;
use crate::durable::{self, Durability};
use crate::error::Result;
use crate::runtime::plan::FileMount;
use std::path::Path;

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
    for (name, contents) in NAMES.iter().zip([hostname(record), hosts(record), resolver()]) {
        // Every user of the container reads them.
        durable::draft(&folder.join(name), contents.as_bytes(), 0o644, Durability::Kill)?;
    }
    Ok(())
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

fn hosts(record: &Record) -> String {
    let mut text = match record.wish.network {
        NetworkWish::Host => std::fs::read_to_string("/etc/hosts").unwrap_or_else(|_| HOSTS.to_owned()),
        _ => HOSTS.to_owned(),
    };
    for entry in &record.wish.extra_hosts {
        if let Some((name, address)) = entry.split_once([':', '=']) {
            text.push_str(&format!("{address}\t{name}\n"));
        }
    }
    text
}

fn resolver() -> String {
    std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default()
}
