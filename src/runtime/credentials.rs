//! Who runs: `user[:group]` looked up in the container's own /etc/passwd and /etc/group.

use super::rootfs::place::read_small;
use std::os::fd::BorrowedFd;

/// The largest /etc/passwd or /etc/group that is read, in bytes.
const LIMIT: u64 = 8 * 1024 * 1024;

/// Numbers above this wrap in somebody's signed arithmetic, and once did so to root (CVE-2024-40635).
const LARGEST: u32 = i32::MAX as u32;

/// A user as the kernel knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// User id in the container.
    pub uid: u32,
    /// Group id in the container.
    pub gid: u32,
    /// Supplementary groups: those of /etc/group that list the user, unless a group was named.
    pub groups: Vec<u32>,
    /// The home directory; `/` for a user without an entry.
    pub home: String,
}

/// Looks `wish` up below `root`. An empty wish is root.
///
/// # Errors
/// In docker's words, when a name has no entry or a number is out of range.
pub fn resolve(root: BorrowedFd<'_>, wish: &str) -> Result<Credentials, String> {
    // An image without these files is fine as long as only numbers are asked for.
    let read = |path| read_small(root, path, LIMIT).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let passwd = read("/etc/passwd").unwrap_or_default();
    let group = read("/etc/group").unwrap_or_default();
    look_up(wish, &passwd, &group)
}

fn look_up(wish: &str, passwd: &str, group: &str) -> Result<Credentials, String> {
    let (user, named_group) = match wish.split_once(':') {
        Some((user, group)) => (user, Some(group).filter(|group| !group.is_empty())),
        None => (wish, None),
    };
    let account = account(if user.is_empty() { "0" } else { user }, passwd)?;
    let (gid, groups) = match named_group {
        Some(name) => (group_id(name, group)?, Vec::new()),
        None => (account.gid, memberships(&account.name, group)),
    };
    Ok(Credentials { uid: account.uid, gid, groups, home: account.home })
}

struct Account {
    name: String,
    uid: u32,
    gid: u32,
    home: String,
}

/// A number is a number, even when some entry has it for a name (CVE-2016-3697).
fn account(user: &str, passwd: &str) -> Result<Account, String> {
    let number = number(user)?;
    let entry = passwd.lines().filter_map(parse_account).find(|account| match number {
        Some(uid) => account.uid == uid,
        None => account.name == user,
    });
    match (entry, number) {
        (Some(account), _) => Ok(account),
        (None, Some(uid)) => Ok(Account { name: String::new(), uid, gid: 0, home: "/".to_owned() }),
        (None, None) => Err(format!("unable to find user {user}: no matching entries in passwd file")),
    }
}

fn parse_account(line: &str) -> Option<Account> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, ..] = fields.as_slice() else { return None };
    let home = if home.is_empty() { "/" } else { home };
    Some(Account { name: (*name).to_owned(), uid: id(uid)?, gid: id(gid)?, home: home.to_owned() })
}

fn group_id(name: &str, group: &str) -> Result<u32, String> {
    if let Some(gid) = number(name)? {
        return Ok(gid);
    }
    group
        .lines()
        .filter_map(parse_group)
        .find_map(|(entry, gid, _)| (entry == name).then_some(gid))
        .ok_or_else(|| format!("unable to find group {name}: no matching entries in group file"))
}

fn memberships(user: &str, group: &str) -> Vec<u32> {
    if user.is_empty() {
        return Vec::new();
    }
    let listed = group
        .lines()
        .filter_map(parse_group)
        .filter(|(_, _, members)| members.split(',').any(|name| name == user));
    // NGROUPS_MAX, credentials(7).
    listed.map(|(_, gid, _)| gid).take(65_536).collect()
}

fn parse_group(line: &str) -> Option<(&str, u32, &str)> {
    let mut fields = line.split(':');
    let (name, _, gid) = (fields.next()?, fields.next()?, fields.next()?);
    Some((name, id(gid)?, fields.next().unwrap_or_default()))
}

fn id(text: &str) -> Option<u32> {
    number(text).ok().flatten()
}

/// `None` for what is no number; an error for a number that no user can have.
fn number(text: &str) -> Result<Option<u32>, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(number) if number <= LARGEST => Ok(Some(number)),
        _ => Err(format!("uids and gids must be in range 0-{LARGEST}: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/srv:/bin/false\n1000:x:0:0::/evil:/bin/sh\nbroken\n";
    const GROUP: &str = "root:x:0:\nstaff:x:50:www,alice\nadm:x:4:root\n";

    fn of(wish: &str) -> Result<(u32, u32, Vec<u32>, String), String> {
        look_up(wish, PASSWD, GROUP).map(|found| (found.uid, found.gid, found.groups, found.home))
    }

    #[test]
    fn names_and_numbers_are_looked_up_as_docker_does() {
        let cases = [
            ("", (0, 0, vec![4], "/root")),
            ("0", (0, 0, vec![4], "/root")),
            ("www", (33, 33, vec![50], "/srv")),
            ("33", (33, 33, vec![50], "/srv")),
            ("www:staff", (33, 50, vec![], "/srv")),
            ("www:", (33, 33, vec![50], "/srv")),
            (":50", (0, 50, vec![], "/root")),
            ("5:6", (5, 6, vec![], "/")),
            ("2147483647", (2_147_483_647, 0, vec![], "/")),
        ];
        for (wish, (uid, gid, groups, home)) in cases {
            assert_eq!(of(wish), Ok((uid, gid, groups, home.to_owned())), "{wish:?}");
        }
    }

    #[test]
    fn a_number_is_never_taken_for_a_name_that_looks_like_one() {
        assert_eq!(of("1000").unwrap().0, 1000);
    }

    #[test]
    fn what_is_no_user_is_refused_and_never_root() {
        for wish in [
            "2147483648",
            "4294967295",
            "4294967296",
            "-1",
            "0x10",
            "1e3",
            "+5",
            " 1",
            "1 ",
            "www:x:y",
            "www:nope",
            "½",
        ] {
            assert!(of(wish).is_err(), "{wish:?}");
        }
    }
}
