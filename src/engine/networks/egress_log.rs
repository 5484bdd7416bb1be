//! `logs --egress`: what a container wanted to reach, and whether it might.

use crate::engine::host::Engine;
use crate::error::{Context, Result};
use crate::ids::ContainerId;
use crate::output::Ui;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::net::IpAddr;

/// The file's name in a container's folder.
pub const FILE: &str = "egress.log";

/// The longest line: names have 253 letters, each of them six when it is escaped.
const LONGEST: u64 = 4096;

/// A line of the file.
#[derive(Debug, Deserialize)]
struct Entry {
    time: String,
    verdict: String,
    protocol: String,
    address: IpAddr,
    #[serde(default)]
    port: Option<u16>,
    #[serde(default)]
    name: Option<String>,
}

/// Prints what is in the file of container `id`: nothing where there is none. A line that is no entry, which a kill
/// may leave, is passed over.
pub fn show(engine: &Engine, id: &ContainerId, ui: &mut Ui) -> Result<()> {
    let path = engine.containers.folder(id).join(FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).what(|| format!("opening {}", path.display())),
    };
    let mut reader = BufReader::new(file);
    while let Some(line) = next(&mut reader).what(|| format!("reading {}", path.display()))? {
        if let Ok(entry) = serde_json::from_slice::<Entry>(&line) {
            ui.line(entry.told())?;
        }
    }
    Ok(())
}

/// The next line, without what is too long to be one; `None` at the end.
fn next(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if !line.ends_with(b"\n") {
        reader.skip_until(b'\n')?;
    }
    Ok(Some(line))
}

impl Entry {
    /// `2026-11-21T07:00:00Z deny tcp example.com (1.2.3.4):443`
    fn told(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let place = match (&self.name, self.address) {
            (Some(name), address) => format!("{name} ({address}){port}"),
            (None, IpAddr::V6(address)) if self.port.is_some() => format!("[{address}]{port}"),
            (None, address) => format!("{address}{port}"),
        };
        // The name was a container's to choose.
        format!("{} {} {} {place}", self.time, self.verdict, self.protocol)
            .chars()
            .filter(|c| !c.is_control())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mut reader = text.as_bytes();
        let mut told = Vec::new();
        while let Some(line) = next(&mut reader).unwrap() {
            told.extend(serde_json::from_slice::<Entry>(&line).ok().map(|entry| entry.told()));
        }
        told
    }

    #[test]
    fn entries_are_told_on_a_line_each() {
        let text = r#"{"time": "2026-11-21T07:00:00Z", "verdict": "deny", "protocol": "tcp", "address": "1.2.3.4", "port": 443, "name": "example.com"}
{"time": "T", "verdict": "allow", "protocol": "udp", "address": "::1", "port": 53}
{"time": "T", "verdict": "allow", "protocol": "icmp", "address": "1.2.3.4", "name": null}
{"time": "T", "verdict": "deny", "protocol": "tcp", "address": "1.2.3.4", "name": "a\u001b[31mb"}
{"time": "T", "verd"#;
        assert_eq!(
            told(text),
            [
                "2026-11-21T07:00:00Z deny tcp example.com (1.2.3.4):443",
                "T allow udp [::1]:53",
                "T allow icmp 1.2.3.4",
                "T deny tcp a[31mb (1.2.3.4)",
            ]
        );
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let long = "x".repeat(100_000);
        let entry = r#"{"time": "T", "verdict": "deny", "protocol": "tcp", "address": "1.2.3.4"}"#;
        assert_eq!(told(&format!("{long}\n{entry}\n{long}")), ["T deny tcp 1.2.3.4"]);
    }
}
