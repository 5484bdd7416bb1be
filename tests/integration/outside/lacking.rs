//! Hosts that lack something: IPv6, the device for tunnels. Each is a host within the host: namespaces of the user's,
//! in which rcon has one id.

use crate::support::peer::{image, program};
use crate::support::{Output, Rcon, binary};

/// Runs `script` after `prepare`, which has all power in new namespaces of these kinds. The script has none; in it
/// `rcon` has the image `peer`, and `peer` serves on the host at port 7778.
fn on_a_host(kinds: &str, prepare: &str, script: &str) -> Output {
    let rcon = Rcon::new();
    rcon.file("peer.tar", image().archive("peer"));
    rcon.file("c.json", r#"{"network": {"hostLoopback": true}}"#);
    let (peer, binary) = (program().display(), binary());
    let head = format!(
        "set -e; rcon() {{ {} \"$@\"; }}; peer() {{ {peer} \"$@\"; }}\n\
         rcon load -q < peer.tar >/dev/null; PEER_SECONDS=60 {peer} serve 7778 >serves 2>&1 &\n\
         until grep -q serves serves; do sleep 0.01; done\n",
        binary.display()
    );
    let tail = "\nrcon rm -f $(rcon ps -aq) >/dev/null";
    rcon.file("script", format!("{head}{script}{tail}"));
    let drop = "setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all sh ./script";
    let all = format!("unshare --map-current-user --keep-caps {kinds} sh -ec '{prepare}; exec {drop}'");
    rcon.call_by_shell(&all).done()
}

#[test]
fn a_host_without_ipv6() {
    let prepare = "for set in all default; do echo 1 > /proc/sys/net/ipv6/conf/$set/disable_ipv6; done; \
                   ip link set lo up";
    let script = "
        rcon network create --ipv6 six >/dev/null
        rcon run -d --name web --network six -p 7000 peer >/dev/null
        until rcon logs web | grep -q serves; do sleep 0.01; done
        rcon exec web peer ask tcp 169.254.1.2 7778 \"say out\"
        rcon exec web peer ask tcp fd00::9 7778 \"say out6\" || true
        peer ask tcp 127.0.0.1 $(rcon port web 7000 | sed -n \"s/^0.0.0.0://p\") \"say in\"
        rcon exec web peer ask tcp $(rcon exec web peer resolve6 127.0.0.11 web) 7000 \"say among\"";
    let out = on_a_host("--net", prepare, script);
    assert_eq!(out.exits(0).printed(), "out\nunreachable\nin\namong\n", "{out}");
}

#[test]
fn a_host_without_the_device_for_tunnels() {
    let prepare = "ip link set lo up; mount -t tmpfs none /dev/net";
    let script = "
        [ ! -e /dev/net/tun ]
        rcon run -d --name web -p 7000 peer >/dev/null
        until rcon logs web | grep -q serves; do sleep 0.01; done
        rcon exec web peer ask tcp 169.254.1.2 7778 \"say out\"
        peer ask tcp 127.0.0.1 $(rcon port web 7000 | sed -n \"s/^0.0.0.0://p\") \"say in\"";
    let out = on_a_host("--net --mount", prepare, script);
    assert_eq!(out.exits(0).printed(), "out\nin\n", "{out}");
}
