//! The host's name servers, as `/etc/resolv.conf` names them (resolv.conf(5)).
//!
//! Queries to them go out from the host's network namespace, so a server on the host's loopback counts too.

use rustix::fs::{Mode, OFlags};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long what was read is believed without a look at the file.
const FRESH: Duration = Duration::from_secs(1);

/// Servers that are asked, as in the C library (`MAXNS`).
const MOST: usize = 3;

/// Bytes of the file that are read.
const LONGEST: usize = 64 * 1024;

/// The host's name servers, read again when the file has changed.
#[derive(Debug)]
pub struct HostResolvers {
    path: PathBuf,
    servers: Vec<IpAddr>,
    looked: Option<Instant>,
    seen: Option<Stamp>,
}

/// What tells one state of the file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: i64,
    modified: (i64, u64),
    changed: (i64, u64),
}

impl Default for HostResolvers {
    fn default() -> Self {
        Self::new()
    }
}

impl HostResolvers {
    /// The servers of `/etc/resolv.conf`, which is first read when they are asked for.
    pub fn new() -> Self {
        Self::at("/etc/resolv.conf".into())
    }

    fn at(path: PathBuf) -> Self {
        Self { path, servers: parse(""), looked: None, seen: None }
    }

    /// The servers, at least one, in the order they are to be asked. The file is looked at once a second at most.
    pub fn current(&mut self) -> &[IpAddr] {
        let now = Instant::now();
        if self.looked.is_none_or(|looked| now.duration_since(looked) >= FRESH) {
            self.looked = Some(now);
            self.look();
        }
        &self.servers
    }

    /// Reads the file if it is not the one that was seen. One that cannot be read now changes nothing; one that is
    /// not there is empty.
    fn look(&mut self) {
        match stamp(&self.path) {
            Ok(stamp) if self.seen == Some(stamp) => {}
            Ok(stamp) => {
                if let Ok(text) = read(&self.path) {
                    self.servers = parse(&String::from_utf8_lossy(&text));
                    self.seen = Some(stamp);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.servers = parse("");
                self.seen = None;
            }
            Err(_) => {}
        }
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let stat = rustix::fs::stat(path)?;
    Ok(Stamp {
        device: stat.st_dev,
        inode: stat.st_ino,
        size: stat.st_size,
        modified: (stat.st_mtime, stat.st_mtime_nsec),
        changed: (stat.st_ctime, stat.st_ctime_nsec),
    })
}

/// The first [`LONGEST`] bytes of the file. Non-blocking, should it be a FIFO.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?;
    let mut text = Vec::new();
    let mut part = [0u8; 4096];
    while text.len() < LONGEST {
        match rustix::io::read(&file, &mut part)? {
            0 => break,
            count => text.extend_from_slice(&part[..count]),
        }
    }
    Ok(text)
}

/// The servers of a resolv.conf: the first three, or the host itself when there is none. An address with a scope
/// (`fe80::1%eth0`) is left out: it means nothing without its interface.
fn parse(text: &str) -> Vec<IpAddr> {
    let mut servers: Vec<IpAddr> = Vec::new();
    for line in text.lines() {
        // The keyword begins the line, and white space follows it; what begins with # or ; is no keyword.
        let Some(rest) = line.strip_prefix("nameserver") else { continue };
        if !rest.starts_with([' ', '\t']) {
            continue;
        }
        let address = rest.split_whitespace().next().and_then(|word| word.parse().ok());
        servers.extend(address.filter(|address| !servers.contains(address)));
        if servers.len() == MOST {
            break;
        }
    }
    if servers.is_empty() {
        servers.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    servers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_servers_as_resolv_conf_5_says() {
        let cases: [(&str, &[&str]); 12] = [
            ("", &["127.0.0.1"]),
            ("# nothing\nsearch lan\n", &["127.0.0.1"]),
            ("nameserver 192.0.2.1\n", &["192.0.2.1"]),
            ("nameserver\t127.0.0.53  # stub\noptions edns0\n", &["127.0.0.53"]),
            ("nameserver 192.0.2.1\r\nnameserver 2001:db8::1", &["192.0.2.1", "2001:db8::1"]),
            ("nameserver fe80::1%eth0\nnameserver 192.0.2.2\n", &["192.0.2.2"]),
            (" nameserver 192.0.2.1\n;nameserver 192.0.2.2\n#nameserver 192.0.2.3\n", &["127.0.0.1"]),
            ("nameservers 192.0.2.1\nnameserver192.0.2.2\nnameserver\n", &["127.0.0.1"]),
            ("nameserver example.com\nnameserver 1.2.3\nnameserver 192.0.2.9:53\n", &["127.0.0.1"]),
            (
                "nameserver 192.0.2.1\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n",
                &["192.0.2.1", "192.0.2.2"],
            ),
            (
                "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
                &["192.0.2.1", "192.0.2.2", "192.0.2.3"],
            ),
            ("\u{fffd}\0nameserver 1.1.1.1\nnameserver ::1\n", &["::1"]),
        ];
        for (text, wanted) in cases {
            let wanted: Vec<IpAddr> = wanted.iter().map(|address| address.parse().unwrap()).collect();
            assert_eq!(parse(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_lost_one_means_the_host() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("resolv.conf");
        let mut resolvers = HostResolvers::at(path.clone());
        let write = |text: &str| {
            let new = folder.path().join("new");
            std::io::Write::write_all(&mut std::fs::File::create(&new).unwrap(), text.as_bytes()).unwrap();
            std::fs::rename(new, &path).unwrap();
        };
        let asked = |resolvers: &mut HostResolvers| {
            resolvers.looked = None;
            resolvers.current().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(asked(&mut resolvers), ["127.0.0.1"]);
        write("nameserver 192.0.2.1\n");
        assert_eq!(asked(&mut resolvers), ["192.0.2.1"]);
        write("nameserver 192.0.2.2\n");
        assert_eq!(resolvers.current().len(), 1);
        assert_eq!(resolvers.current()[0].to_string(), "192.0.2.1", "a second has not passed");
        assert_eq!(asked(&mut resolvers), ["192.0.2.2"]);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(asked(&mut resolvers), ["127.0.0.1"]);
    }
}
