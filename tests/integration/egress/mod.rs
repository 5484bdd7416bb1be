//! What a container may reach outside, and that it finds no way round.

mod around;
mod names;
mod rules;

use crate::support::peer::{Outside, host_ipv4};
use crate::support::{Rcon, until};

/// What the peer says where a rule stands in the way.
const STOPPED: &str = "unreachable";

/// A store with peers, one that serves on the host, and the host's address.
struct Scene {
    rcon: Rcon,
    outside: Outside,
    host: String,
}

impl Scene {
    fn new() -> Self {
        let host = host_ipv4().expect("the host has an address that is not on its loopback").to_string();
        Self { rcon: Rcon::with_peers(), outside: Outside::start(), host }
    }

    /// What a container is answered by the peer on the host.
    #[track_caller]
    fn asks(&self, container: &str, kind: &str) -> String {
        self.rcon.asks(container, kind, &self.host, self.outside.port)
    }

    /// Waits until the container's log of attempts has a line that ends so.
    #[track_caller]
    fn logs(&self, container: &str, line: &str) {
        until(&format!("logged: {line}"), || self.logged(container).iter().any(|logged| logged == line));
    }

    /// The lines of that log, without their times.
    #[track_caller]
    fn logged(&self, container: &str) -> Vec<String> {
        let told = self.rcon.run(["logs", "--egress", container]).succeeds();
        told.lines().map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest).to_owned()).collect()
    }
}
