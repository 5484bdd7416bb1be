//! iperf3(1): a client that waits for its server, and reads what the receiver counted.

use super::number;
use serde_json::Value;
use std::net::IpAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where iperf3 listens inside containers.
pub(crate) const PORT: &str = "5201";

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    Client,
    Server,
}

impl Sender {
    pub(crate) const BOTH: [(Self, &'static str); 2] = [(Self::Client, "->"), (Self::Server, "<-")];
}

/// How often each is measured.
pub(crate) fn turns() -> usize {
    number("TURNS", 3)
}

/// The words of a client.
pub(crate) fn client(address: IpAddr, port: u16, sender: Sender) -> Vec<String> {
    let seconds = number("IPERF_SECONDS", 3);
    let mut words = format!("iperf3 -c {address} -p {port} -t {seconds} --connect-timeout 2000 -J");
    if sender == Sender::Server {
        words.push_str(" -R");
    }
    words.split(' ').map(str::to_owned).collect()
}

/// Gbit/s that the receiver counted; tries again until the server listens. `call` makes the command of these words.
/// `None`, and why, when nothing comes of it.
pub(crate) fn run(words: &[String], call: impl Fn(&[&str]) -> Command) -> Option<f64> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let began = Instant::now();
    loop {
        let said = call(&words).output().unwrap().stdout;
        let said: Value = serde_json::from_slice(&said).unwrap_or_default();
        if let Some(bits) = said["end"]["sum_received"]["bits_per_second"].as_f64() {
            return Some(bits / 1e9);
        }
        if began.elapsed() > PATIENCE {
            println!("  ({}: {})", words.join(" "), said["error"]);
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server for one client, of which nothing is left afterwards.
pub(crate) struct Server(Child);

impl Server {
    pub(crate) fn start(port: u16, call: impl Fn(&[&str]) -> Command) -> Self {
        let port = port.to_string();
        let mut command = call(&["iperf3", "-s", "-1", "-p", &port, "--idle-timeout", "30"]);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command of this host.
pub(crate) fn here(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    command
}
