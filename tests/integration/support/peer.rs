//! Who containers talk to: one small program (`peer.c`) as a server and a client, in images, on the host, and on a
//! network beside the host.

use super::{Image, Layer, Rcon, until};
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The compiled program.
pub(crate) fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("peer-").tempdir_in(super::base()).unwrap().keep();
        let path = folder.join("peer");
        let mut cc = Command::new("cc");
        cc.args(["-x", "c", "-", "-static", "-O1", "-o"]).arg(&path).stdin(Stdio::piped());
        let mut compiler = cc.spawn().expect("cc is not installed: sudo apt-get install gcc libc6-dev");
        compiler.stdin.take().unwrap().write_all(include_bytes!("peer.c")).unwrap();
        assert!(compiler.wait().unwrap().success(), "peer.c does not compile");
        path
    })
}

/// The port of peers in containers, and of the one on the network beside the host.
pub(crate) const PORT: u16 = 7000;

/// busybox, and `/bin/peer`, which serves at [`PORT`] when nothing else is said.
pub(crate) fn image() -> Image {
    let program = std::fs::read(program()).unwrap();
    let image = Image::busybox().layer(Layer::new().file("bin/peer", 0o755, program));
    image.config(serde_json::json!({ "Cmd": ["peer", "serve", PORT.to_string()] }))
}

impl Rcon {
    /// A store with [`image`] under the name `peer`.
    pub(crate) fn with_peers() -> Self {
        let rcon = Self::new();
        rcon.load("peer", image());
        rcon
    }

    /// Starts a peer that serves, with these flags; gives the container's id.
    #[track_caller]
    pub(crate) fn serves(&self, flags: &[&str]) -> String {
        let id = self.run(["run", "-d"].iter().chain(flags).chain(&["peer"])).succeeds();
        until("the peer serves", || self.run(["logs", &id]).printed().contains("serves"));
        id
    }

    /// Runs `peer` with `words` in a running container; gives what it printed, whatever came of it.
    #[track_caller]
    pub(crate) fn peer(&self, container: &str, words: &[&str]) -> String {
        let out = self.run(["exec", container, "peer"].iter().chain(words));
        assert!(out.code().is_some_and(|code| code < 2), "{out}");
        out.printed().trim_end().to_owned()
    }

    /// What a container is answered by a server.
    #[track_caller]
    pub(crate) fn asks(&self, container: &str, kind: &str, address: impl ToString, port: u16) -> String {
        self.peer(container, &["ask", kind, &address.to_string(), &port.to_string(), "say hello"])
    }

    /// What a call of the peer gives on the host.
    pub(crate) fn host_peer(&self, words: &[&str]) -> String {
        let out = Command::new(program()).args(words).stdin(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&out.stdout).trim_end().to_owned()
    }

    /// The address of a container on its first network.
    #[track_caller]
    pub(crate) fn address(&self, container: &str) -> String {
        self.inspect(container, "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}")
            .split_whitespace()
            .next()
            .unwrap_or_else(|| panic!("{container} has no address"))
            .to_owned()
    }
}

/// A peer on the host, outside of all containers: it serves at every address of the host.
pub(crate) struct Outside {
    process: Child,
    pub(crate) port: u16,
}

impl Outside {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(program());
        command.args(["serve", "0"]).env("PEER_SECONDS", "300");
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim_end().strip_prefix("serves ").and_then(|port| port.parse().ok());
        Self { process, port: port.unwrap_or_else(|| panic!("the peer said {line:?}")) }
    }

    /// Whether `word` was noted by anybody.
    pub(crate) fn heard(&self, word: &str) -> bool {
        let words = ["ask", "tcp", "127.0.0.1", &self.port.to_string(), &format!("heard {word}")];
        let out = Command::new(program()).args(words).output().unwrap();
        match out.stdout.as_slice() {
            b"yes\n" => true,
            b"no\n" => false,
            other => panic!("{}", String::from_utf8_lossy(other)),
        }
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The address from which the host speaks to the world, if it has one of that family.
fn spoken_from(any: IpAddr, far: IpAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // Nothing is sent: a route is looked up.
    socket.connect((far, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// An IPv4 address of the host that is not on its loopback; on the network beside it when it has no other.
pub(crate) fn host_ipv4() -> Option<IpAddr> {
    let far = Ipv4Addr::new(198, 51, 100, 1).into();
    spoken_from(Ipv4Addr::UNSPECIFIED.into(), far).or_else(|| lan().map(|_| LAN_HOST.0.into()))
}

/// The same for IPv6.
pub(crate) fn host_ipv6() -> Option<IpAddr> {
    let far = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into();
    spoken_from(Ipv6Addr::UNSPECIFIED.into(), far).or_else(|| lan().map(|_| LAN_HOST.1.into()))
}

/// The host's addresses on the network beside it.
pub(crate) const LAN_HOST: (Ipv4Addr, Ipv6Addr) =
    (Ipv4Addr::new(10, 77, 0, 2), Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 2));

/// The peer on the network beside the host, where there is one: `RCON_TEST_LAN` is its IPv4 address. It serves at
/// [`PORT`], and at `fd77::1` too.
pub(crate) fn lan() -> Option<(Ipv4Addr, Ipv6Addr)> {
    let address = std::env::var("RCON_TEST_LAN").ok()?.parse().expect("RCON_TEST_LAN is an IPv4 address");
    Some((address, Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, 1)))
}

/// Why nobody's ping leaves the host without privilege; `None` when it does.
pub(crate) fn lacks_ping() -> Option<String> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ping_group_range").unwrap_or_default();
    let mut ends = range.split_whitespace().filter_map(|end| end.parse::<u32>().ok());
    let gid = rustix::process::getgid().as_raw();
    let among = ends.next().is_some_and(|first| first <= gid) && ends.next().is_some_and(|last| gid <= last);
    (!among).then(|| "net.ipv4.ping_group_range does not name this user's group".to_owned())
}
