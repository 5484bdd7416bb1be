//! Networks that work: containers with their names and addresses, and ports of the host that lead to them.
//!
//! Each test has a store of its own, and so a hub of its own; all share the ports of the host.

mod addresses;
mod live;
mod loopback;
mod modes;
mod names;
mod pasta;
mod ports;

use crate::support::{Image, Layer, Rcon, until};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// A store whose image `busybox` has a program `seen`: it tells each client where it came from.
fn with_server() -> Rcon {
    let rcon = Rcon::new();
    rcon.load("busybox", Image::busybox().layer(Layer::new().file("bin/seen", 0o755, seen_program())));
    rcon
}

/// The program, linked statically: there is no C library in the image.
fn seen_program() -> &'static [u8] {
    static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("seen");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-static", "-x", "c", "-", "-o"]).arg(&program).stdin(Stdio::piped());
        let mut compiler = compiler.spawn().expect("cc is not installed: sudo apt-get install gcc libc6-dev");
        compiler.stdin.take().unwrap().write_all(include_bytes!("seen.c")).unwrap();
        assert!(compiler.wait().unwrap().success());
        std::fs::read(program).unwrap()
    })
}

/// Starts a container that tells its clients who they are, on its ports 80 and 81; waits until it listens.
#[track_caller]
fn serves(rcon: &Rcon, flags: &[&str]) -> String {
    let words = ["run", "-d"].iter().chain(flags).chain(&["busybox", "seen", "80", "81"]);
    let id = rcon.run(words).succeeds();
    listens(rcon, &id);
    id
}

/// Waits until such a container listens.
#[track_caller]
fn listens(rcon: &Rcon, container: &str) {
    until("the server listens", || rcon.run(["logs", container]).printed().contains("ready"));
}

/// What a server of the host told us over TCP; what went wrong instead.
fn over_tcp(at: impl Into<SocketAddr>) -> Result<(IpAddr, u16), String> {
    let told = |error: std::io::Error| error.kind().to_string();
    let patience = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&at.into(), patience).map_err(told)?;
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).map_err(told)?;
    let client = seen(&text)?;
    assert!(client.0.is_loopback() || client.1 != 0);
    Ok(client)
}

/// The same over UDP, where a question may get lost; also the port that was asked from.
fn over_udp(at: impl Into<SocketAddr>) -> Result<((IpAddr, u16), u16), String> {
    let at = at.into();
    let any: IpAddr = if at.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let told = |error: std::io::Error| error.kind().to_string();
    let socket = UdpSocket::bind((any, 0)).map_err(told)?;
    socket.connect(at).map_err(told)?;
    socket.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let mut answer = [0; 128];
    let mut last = String::new();
    for _ in 0..5 {
        match socket.send(b"who?").and_then(|_| socket.recv(&mut answer)) {
            Ok(length) => {
                let client = seen(&String::from_utf8_lossy(&answer[..length]))?;
                return Ok((client, socket.local_addr().unwrap().port()));
            }
            Err(error) => last = told(error),
        }
    }
    Err(last)
}

/// Reads `192.0.2.1 1234`.
fn seen(text: &str) -> Result<(IpAddr, u16), String> {
    let (address, port) = text.trim().split_once(' ').ok_or_else(|| format!("told {text:?}"))?;
    Ok((address.parse().unwrap(), port.parse().unwrap()))
}

/// Ports of the host, one after the other, that nobody has: below those that the kernel hands out.
fn free_ports(count: u16) -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 20_000 + (std::process::id() % 100) as u16 * 120;
    loop {
        let first = base + NEXT.fetch_add(count, Ordering::Relaxed) % 1200;
        if (first..first + count).all(is_free) {
            return first;
        }
    }
}

fn free_port() -> u16 {
    free_ports(1)
}

/// Whether nobody listens at a port of the host, on any address, over TCP or UDP.
fn is_free(port: u16) -> bool {
    let all: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    // Where there is no IPv6 only the first counts.
    all.into_iter()
        .take(if has_ipv6() { 2 } else { 1 })
        .all(|address| TcpListener::bind((address, port)).is_ok() && UdpSocket::bind((address, port)).is_ok())
}

/// Whether the host has IPv6 at all.
fn has_ipv6() -> bool {
    UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

/// An address of the host beside its loopback, where it has one.
fn own_ipv4() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent: a route is looked up.
    socket.connect((Ipv4Addr::new(198, 51, 100, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// The same for IPv6: if_inet6 lists address, index, length, scope (0 is global), flags, name.
fn own_ipv6() -> Option<IpAddr> {
    let all = std::fs::read_to_string("/proc/net/if_inet6").ok()?;
    all.lines().find_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let address = u128::from_str_radix(words.first()?, 16).ok()?;
        (words.get(3) == Some(&"00")).then(|| Ipv6Addr::from(address).into())
    })
}

/// The addresses that a container finds for a name, in the order they came; none when the name is unknown.
#[track_caller]
fn found(rcon: &Rcon, container: &str, kind: &str, name: &str) -> Vec<String> {
    let out = rcon.run(["exec", container, "nslookup", &format!("-type={kind}"), name]);
    let answer = out.printed().split("\n\n").skip(1).collect::<Vec<_>>().join("\n");
    let addresses = answer.lines().filter_map(|line| line.strip_prefix("Address: "));
    addresses.map(str::to_owned).collect()
}

/// Its address on a network, as `inspect` tells it.
#[track_caller]
fn address(rcon: &Rcon, container: &str, network: &str) -> String {
    rcon.inspect(container, &format!("{{{{(index .NetworkSettings.Networks {network:?}).IPAddress}}}}"))
}
