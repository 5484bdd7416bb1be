//! `logs --egress`: what a container wanted to reach, and whether it might.

use crate::engine::host::Engine;
use crate::error::{Context, Result};
use crate::ids::ContainerId;
use crate::network::egress::log::{FILE, Line};
use crate::output::Ui;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::net::IpAddr;

/// The longest line: names have 253 letters, each of them six when it is escaped.
const LONGEST: u64 = 4096;

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
        if let Ok(entry) = serde_json::from_slice::<Line>(&line) {
            ui.line(told(&entry))?;
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

/// `2026-11-21T07:00:00Z deny tcp example.com (1.2.3.4):443`
fn told(line: &Line) -> String {
    let port = line.port.map(|port| format!(":{port}")).unwrap_or_default();
    let place = match (&line.name, line.address) {
        (Some(name), Some(address)) => format!("{name} ({address}){port}"),
        (Some(name), None) => name.clone(),
        (None, Some(IpAddr::V6(address))) if line.port.is_some() => format!("[{address}]{port}"),
        (None, Some(address)) => format!("{address}{port}"),
        (None, None) => String::new(),
    };
    // The name was a container's to choose.
    format!("{} {} {} {place}", line.time, line.verdict, line.protocol)
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut reader = text.as_bytes();
        let mut all = Vec::new();
        while let Some(line) = next(&mut reader).unwrap() {
            all.extend(serde_json::from_slice::<Line>(&line).ok().map(|line| told(&line)));
        }
        all
    }

    #[test]
    fn entries_are_told_on_a_line_each() {
        let text = r#"{"time": "2026-11-21T07:00:00Z", "verdict": "deny", "protocol": "tcp", "address": "1.2.3.4", "port": 443, "name": "example.com"}
{"time": "2026-11-21T07:00:01Z", "verdict": "allow", "protocol": "udp", "address": "::1", "port": 53}
{"time": "2026-11-21T07:00:01Z", "verdict": "allow", "protocol": "icmp", "address": "1.2.3.4", "name": null}
{"time": "2026-11-21T07:00:01Z", "verdict": "deny", "protocol": "dns", "name": "b.example"}
{"time": "2026-11-21T07:00:01Z", "verdict": "deny", "protocol": "tcp", "address": "1.2.3.4", "name": "a\u001b[31mb"}
{"time": "2026-11-21T07:00:01Z", "verd"#;
        assert_eq!(
            all(text),
            [
                "2026-11-21T07:00:00Z deny tcp example.com (1.2.3.4):443",
                "2026-11-21T07:00:01Z allow udp [::1]:53",
                "2026-11-21T07:00:01Z allow icmp 1.2.3.4",
                "2026-11-21T07:00:01Z deny dns b.example",
                "2026-11-21T07:00:01Z deny tcp a[31mb (1.2.3.4)",
            ]
        );
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let long = "x".repeat(100_000);
        let entry =
            r#"{"time": "2026-11-21T07:00:01Z", "verdict": "deny", "protocol": "tcp", "address": "1.2.3.4"}"#;
        assert_eq!(all(&format!("{long}\n{entry}\n{long}")), ["2026-11-21T07:00:01Z deny tcp 1.2.3.4"]);
    }
}
