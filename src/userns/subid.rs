//! Subordinate ids: subuid(5) and subgid(5), or what `getsubids` says where they come by NSS.

use super::idmap::Line;
use std::process::Command;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// /etc/subuid.
    Users,
    /// /etc/subgid.
    Groups,
}

impl Family {
    fn file(self) -> &'static str {
        match self {
            Self::Users => "/etc/subuid",
            Self::Groups => "/etc/subgid",
        }
    }
}

/// A range of subordinate ids: first and count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First id on the host.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// The ranges of the user `name` (or of `uid`, which the file may say instead), in the file's order.
pub fn ranges(family: Family, name: &str, uid: u32) -> Vec<Range> {
    let from_file =
        std::fs::read_to_string(family.file()).map(|text| parse(&text, name, uid)).unwrap_or_default();
    if from_file.is_empty() { from_nss(family, name) } else { from_file }
}

/// Lines of `name:first:count`; others are passed over, as newuidmap does.
fn parse(text: &str, name: &str, uid: u32) -> Vec<Range> {
    let uid = uid.to_string();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let owner = fields.next()?;
            let range = Range {
                first: fields.next()?.trim().parse().ok()?,
                count: fields.next()?.trim().parse().ok()?,
            };
            ((owner == name || owner == uid) && range.count > 0).then_some(range)
        })
        .collect()
}

/// Asks the `subid` source of nsswitch.conf(5) through getsubids(1): a static binary cannot load its modules.
fn from_nss(family: Family, name: &str) -> Vec<Range> {
    let other_source = std::fs::read_to_string("/etc/nsswitch.conf").is_ok_and(|text| {
        text.lines().any(|line| line.trim_start().starts_with("subid:") && !line.contains("files"))
    });
    if !other_source {
        return Vec::new();
    }
    let mut command = Command::new("/usr/bin/getsubids");
    command.env_clear();
    if family == Family::Groups {
        command.arg("-g");
    }
    let output = command.arg(name).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().filter_map(parse_getsubids).collect()
}

/// `0: alice 100000 65536`.
fn parse_getsubids(line: &str) -> Option<Range> {
    let mut fields = line.split_ascii_whitespace().skip(2);
    Some(Range { first: fields.next()?.parse().ok()?, count: fields.next()?.parse().ok()? })
}

/// Lays ranges out from id 1 on, behind id 0, which is the user.
pub fn lay_out(ranges: &[Range]) -> Vec<Line> {
    let mut inside = 1u32;
    let mut lines = Vec::new();
    for range in ranges {
        let count = range.count.min(u32::MAX - inside).min(u32::MAX - range.first);
        if count > 0 {
            lines.push(Line { inside, outside: range.first, count });
            inside += count;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_by_name_or_by_number() {
        let text = "bob:1:2\nalice:100000:65536\n1000:300000:10\nalice:x:y\nalice:5:0\n";
        let found = parse(text, "alice", 1000);
        assert_eq!(found, [Range { first: 100_000, count: 65_536 }, Range { first: 300_000, count: 10 }]);
        assert_eq!(lay_out(&found)[1], Line { inside: 65_537, outside: 300_000, count: 10 });
    }

    #[test]
    fn what_getsubids_prints_is_read() {
        assert_eq!(parse_getsubids("0: alice 100000 65536"), Some(Range { first: 100_000, count: 65_536 }));
    }
}
