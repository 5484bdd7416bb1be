//! One line for each change, appended to a file of the user: what `events` shows.

use crate::ids::ContainerId;
use crate::paths::Paths;
use rustix::fs::{Mode, OFlags};
use serde::Serialize;
use std::collections::BTreeMap;

/// The file is begun anew when it has grown beyond this many bytes; the old one is kept beside it.
const LARGEST: u64 = 4 * 1024 * 1024;

/// One change, in the words of docker's API.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'a> {
    r#type: &'a str,
    action: &'a str,
    actor: Actor<'a>,
    #[serde(rename = "timeNano")]
    time_nano: i128,
}

#[derive(Debug, Serialize)]
struct Actor<'a> {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Attributes")]
    attributes: &'a BTreeMap<String, String>,
}

/// Notes that `action` happened to a container. An event that cannot be written is lost: it must never
/// be the reason why something else fails.
pub fn container(paths: &Paths, id: &ContainerId, action: &str, attributes: &BTreeMap<String, String>) {
    let event = Event {
        r#type: "container",
        action,
        actor: Actor { id: id.to_string(), attributes },
        time_nano: jiff::Timestamp::now().as_nanosecond(),
    };
    if let Ok(mut line) = serde_json::to_vec(&event) {
        line.push(b'\n');
        append(paths, &line);
    }
}

fn append(paths: &Paths, line: &[u8]) {
    let path = paths.data.join("events.log");
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let Ok(file) = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o600)) else { return };
    let _ = rustix::io::write(&file, line);
    if rustix::fs::fstat(&file).is_ok_and(|stat| stat.st_size as u64 > LARGEST) {
        let _ = rustix::fs::rename(&path, paths.data.join("events.log.1"));
    }
}
