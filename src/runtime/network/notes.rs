//! The egress log of a container: what its rules let pass or stopped, one line each.

use crate::network::egress::log::{FILE, LARGEST, Line};
use rustix::fs::{Mode, OFlags};
use std::path::Path;

/// Appends lines to the log in the container's folder. A line that cannot be written is lost: the rules hold all
/// the same.
pub(super) fn append(folder: &Path, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    let path = folder.join(FILE);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let Ok(file) = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o600)) else { return };
    let mut text = Vec::new();
    for line in lines {
        if serde_json::to_writer(&mut text, line).is_ok() {
            text.push(b'\n');
        }
    }
    let _ = rustix::io::write(&file, &text);
    if rustix::fs::fstat(&file).is_ok_and(|stat| stat.st_size as u64 > LARGEST) {
        let _ = rustix::fs::rename(&path, folder.join(format!("{FILE}.1")));
    }
}
