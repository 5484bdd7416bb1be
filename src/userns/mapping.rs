//! Which ids a new U0 will have, and why not more.

use super::idmap::{IdMap, Line};
use super::subid::{self, Family};
use crate::error::{Context, Error, Kind, Result};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The maps of a U0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// /proc/PID/uid_map.
    pub users: IdMap,
    /// /proc/PID/gid_map.
    pub groups: IdMap,
}

/// Who writes the maps of a U0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    /// This process: it has CAP_SETUID here (it is root), or maps only itself.
    Ourselves,
    /// newuidmap(1) and newgidmap(1), at these paths.
    Helpers { users: PathBuf, groups: PathBuf },
}

/// The plan for a new U0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What to map.
    pub mapping: Mapping,
    /// Who writes it.
    pub writer: Writer,
    /// Why there is only one id, where that is so.
    pub single_because: Option<Reason>,
}

/// Why a U0 has only the user's own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The caller has no_new_privs set, so set-uid helpers have no power.
    NoNewPrivileges,
    /// newuidmap or newgidmap is not installed.
    NoHelper(&'static str),
    /// No line for the user in this file.
    NoRange { file: &'static str, user: String },
}

impl Reason {
    /// The note for the user: what is missing, and what mends it.
    pub fn note(&self) -> (String, String) {
        match self {
            Self::NoNewPrivileges => (
                "this process runs with no_new_privs, so newuidmap has no power".to_owned(),
                "start rcon outside the sandbox that set it".to_owned(),
            ),
            Self::NoHelper(program) => (
                format!("{program} is not installed"),
                "sudo apt-get install uidmap (or shadow-utils)".to_owned(),
            ),
            Self::NoRange { file, user } => (
                format!("{file} has no line for `{user}`"),
                format!("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}"),
            ),
        }
    }
}

impl Mapping {
    /// The map of one id, the caller's own.
    pub fn single() -> Self {
        Self {
            users: IdMap::single(rustix::process::geteuid().as_raw()),
            groups: IdMap::single(rustix::process::getegid().as_raw()),
        }
    }

    /// Only id 0 is mapped.
    pub fn is_single(&self) -> bool {
        self.users.size() == 1
    }

    /// The 1:1 maps for a container's namespace below this U0.
    #[must_use]
    pub fn identity_for_child(&self) -> Self {
        Self { users: self.users.identity_for_child(), groups: self.groups.identity_for_child() }
    }

    /// Names this map in the keys of layers: layers unpacked under another map are unpacked again.
    /// `single`, or 12 hex digits.
    pub fn layer_key(&self) -> String {
        if self.is_single() {
            return "single".to_owned();
        }
        crate::oci::digest::Digest::of(format!("{}/{}", self.users, self.groups).as_bytes()).short()
    }
}

/// Looks at the host and decides what a new U0 will be.
///
/// # Errors
/// Only when this process's own id maps cannot be read.
pub fn choose() -> Result<Choice> {
    let uid = rustix::process::geteuid().as_raw();
    if uid == 0 {
        return Ok(Choice { mapping: as_root()?, writer: Writer::Ourselves, single_because: None });
    }
    match with_helpers(uid) {
        Ok((mapping, writer)) => Ok(Choice { mapping, writer, single_because: None }),
        Err(reason) => {
            Ok(Choice { mapping: Mapping::single(), writer: Writer::Ourselves, single_because: Some(reason) })
        }
    }
}

fn with_helpers(uid: u32) -> Result<(Mapping, Writer), Reason> {
    if rustix::thread::no_new_privs().unwrap_or(false) {
        return Err(Reason::NoNewPrivileges);
    }
    let users_helper = find_helper("newuidmap").ok_or(Reason::NoHelper("newuidmap"))?;
    let groups_helper = find_helper("newgidmap").ok_or(Reason::NoHelper("newgidmap"))?;
    let user = user_name(uid);
    let range_of = |family, file: &'static str| {
        let ranges = subid::ranges(family, &user, uid);
        if ranges.is_empty() {
            Err(Reason::NoRange { file, user: user.clone() })
        } else {
            Ok(subid::lay_out(&ranges))
        }
    };
    let users = range_of(Family::Users, "/etc/subuid")?;
    let groups = range_of(Family::Groups, "/etc/subgid")?;
    let own = Mapping::single();
    let mapping = Mapping {
        users: IdMap(own.users.0.into_iter().chain(users).collect()),
        groups: IdMap(own.groups.0.into_iter().chain(groups).collect()),
    };
    Ok((mapping, Writer::Helpers { users: users_helper, groups: groups_helper }))
}

/// Set-uid helpers are run by an absolute path of a system folder, whatever $PATH says.
fn find_helper(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/run/wrappers/bin"]
        .iter()
        .map(|folder| PathBuf::from(folder).join(name))
        .find(|path| rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok())
}

/// The name behind `uid`: /etc/passwd, else `getent`, since a static binary cannot load NSS modules.
fn user_name(uid: u32) -> String {
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
    };
    let from_file =
        std::fs::read_to_string("/etc/passwd").ok().and_then(|text| text.lines().find_map(of_line));
    from_file
        .or_else(|| {
            let output = std::process::Command::new("/usr/bin/getent")
                .env_clear()
                .args(["passwd", &uid.to_string()])
                .output()
                .ok()?;
            String::from_utf8(output.stdout).ok()?.lines().find_map(of_line)
        })
        .unwrap_or_else(|| uid.to_string())
}

/// Root keeps uid 0 and maps the rest of what it has 1:1, or its own subordinate range when it has one,
/// so that only uid 0 of a container is somebody on the host.
fn as_root() -> Result<Mapping> {
    let own_map = |file: &str| -> Result<IdMap> {
        let text = std::fs::read_to_string(file).what(|| format!("reading {file}"))?;
        IdMap::parse(&text).ok_or_else(|| Error::new(Kind::System, format!("{file} is not an id map")))
    };
    let users = own_map("/proc/self/uid_map")?;
    let groups = own_map("/proc/self/gid_map")?;
    if users.size() == 1 {
        return Ok(Mapping::single());
    }
    let family = |family, all: &IdMap| {
        let ranges = subid::ranges(family, "root", 0);
        let fits = !ranges.is_empty() && ranges.iter().all(|range| all.contains(range.first));
        let rest = if fits { subid::lay_out(&ranges) } else { rest_of(all) };
        IdMap(std::iter::once(Line { inside: 0, outside: 0, count: 1 }).chain(rest).collect())
    };
    Ok(Mapping { users: family(Family::Users, &users), groups: family(Family::Groups, &groups) })
}

/// All ids that `all` has, but 0, 1:1.
fn rest_of(all: &IdMap) -> Vec<Line> {
    all.identity_for_child()
        .0
        .into_iter()
        .filter_map(|line| match line {
            Line { inside: 0, count: 1, .. } => None,
            Line { inside: 0, count, .. } => Some(Line { inside: 1, outside: 1, count: count - 1 }),
            line => Some(line),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_of_a_nested_namespace_maps_what_it_has() {
        let all = IdMap::parse("0 1000 1\n1 100000 65536\n").unwrap();
        assert_eq!(rest_of(&all), [Line { inside: 1, outside: 1, count: 65_536 }]);
        let all = IdMap::parse("0 0 4294967295\n").unwrap();
        assert_eq!(rest_of(&all), [Line { inside: 1, outside: 1, count: 4_294_967_294 }]);
    }

    #[test]
    fn every_reason_names_its_remedy() {
        let reasons = [
            Reason::NoNewPrivileges,
            Reason::NoHelper("newuidmap"),
            Reason::NoRange { file: "/etc/subuid", user: "bob".into() },
        ];
        for reason in reasons {
            let (why, fix) = reason.note();
            assert!(!why.is_empty() && !fix.is_empty());
        }
    }
}
