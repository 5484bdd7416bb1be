//! Resolvers of the host that listen on its loopback, as systemd-resolved does.
//!
//! /etc/resolv.conf has no port, and port 53 is root's. So the host is one that the user makes: with a loopback, a
//! resolv.conf and a name server of its own, and the user's id in it. newuidmap serves only who is in the first user
//! namespace, so this is for users with one id.

use super::{seen_program, with_server};
use crate::support::{Output, Rcon, lacks_subordinate_ids, skip};

/// What makes the host: `$0` is the program, what follows is run in it.
const HOST: &str = r#"
ip link set lo up && mount --bind resolv.conf /etc/resolv.conf || exit 77
"$0" names far.example 192.0.2.77 >ready & server=$!
until [ -s ready ]; do sleep 0.01; done
unshare --user --map-user="$UID_OUTSIDE" --map-group="$GID_OUTSIDE" -- "$@"
code=$?
kill $server
exit $code
"#;

/// Calls rcon on that host; `None` where the user cannot have one.
fn on_such_a_host(rcon: &Rcon, words: &[&str]) -> Output {
    let program = rcon.path("seen-outside").to_str().unwrap().to_owned();
    let host = ["unshare", "--map-root-user", "--mount", "--net", "sh", "-c", HOST, &program];
    rcon.call_through(&host, words)
        .env("UID_OUTSIDE", rustix::process::getuid().as_raw().to_string())
        .env("GID_OUTSIDE", rustix::process::getgid().as_raw().to_string())
        .done()
}

#[test]
fn names_are_asked_of_a_resolver_on_the_hosts_loopback() {
    if lacks_subordinate_ids().is_none() {
        return skip("a host of one's own has one id: see the tests of a user with one id", true);
    }
    use std::os::unix::fs::PermissionsExt;
    let rcon = with_server();
    rcon.file("resolv.conf", "nameserver 127.0.0.1\n");
    let program = rcon.file("seen-outside", seen_program());
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    rcon.run(["network", "create", "mine"]).exits(0);
    let ask = ["busybox", "nslookup", "-type=a", "far.example"];
    for (network, server) in [("bridge", "169.254.1.1"), ("mine", "127.0.0.11")] {
        let words = [&["run", "--rm", "--network", network][..], &ask].concat();
        let out = on_such_a_host(&rcon, &words);
        out.exits(0).stdout_has(&format!("Server:\t\t{server}\n")).stdout_has("Address: 192.0.2.77\n");
    }
}
