//! `--network pasta`: no bridge, but a pasta(1) of the container's own.

use super::{free_port, over_tcp, serves, with_server};
use crate::support::until;
use std::net::Ipv4Addr;

fn is_installed() -> bool {
    std::path::Path::new("/usr/bin/pasta").exists()
}

#[test]
fn a_container_with_its_own_pasta_is_published_and_leaves_nothing_behind() {
    if !is_installed() {
        return crate::support::skip("pasta is not installed", true);
    }
    let rcon = with_server();
    let port = free_port();
    serves(&rcon, &["--name", "web", "--network", "pasta", "-p", &format!("{port}:80")]);
    until("the server answers", || over_tcp((Ipv4Addr::LOCALHOST, port)).is_ok());
    rcon.run(["exec", "web", "cat", "/etc/resolv.conf"]).exits(0).stdout_has("nameserver 169.254.1.1\n");
    let pasta: i32 = std::fs::read_to_string(
        rcon.path("r").join("containers").join(rcon.inspect("web", "{{.Id}}")).join("pasta.pid"),
    )
    .unwrap()
    .trim()
    .parse()
    .unwrap();
    assert!(crate::support::lives(pasta));
    rcon.run(["rm", "-f", "web"]).exits(0);
    until("its pasta has ended", || !crate::support::lives(pasta));
}

#[test]
fn an_option_that_pasta_does_not_know_is_told() {
    if !is_installed() {
        return crate::support::skip("pasta is not installed", true);
    }
    let rcon = with_server();
    let out = rcon.run(["run", "--rm", "--network", "pasta:--nonsense", "busybox", "true"]);
    out.exits(125).stdout("").stderr_has("look at the options behind `pasta:`");
}
