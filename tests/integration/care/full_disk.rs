//! What makes room works where there is none.

use crate::support::{Image, Rcon};

#[test]
fn removing_stopping_and_looking_work_on_a_full_disk() {
    let rcon = Rcon::new();
    rcon.file("busybox", Image::busybox_tree());
    rcon.directory("full");
    // A small file system of the test's own; there the caller is root of a namespace with one id.
    let script = "mount -t tmpfs -o size=64m none full || exit 99; export RCON_ROOT=$PWD/full/s; r=\"$0\"; \
        $r import busybox busybox >/dev/null && $r import busybox other >/dev/null || exit 98; \
        $r run -d --name box --stop-timeout 1 -v data:/data busybox sleep 1000 >/dev/null || exit 97; \
        $r create --name idle -v /data busybox true >/dev/null || exit 96; \
        for name in a b c; do $r tag other $name; done; \
        cat /dev/zero >full/fill 2>/dev/null; echo x >full/s/x 2>/dev/null && exit 95; \
        try() { refill; if \"$@\" >out 2>&1; then echo ok; cat out >>outs; else echo \"failed: $*\"; cat out; fi; }; \
        refill() { cat /dev/zero >>full/fill 2>/dev/null; }; \
        try $r ps -a; try $r images; try $r system df; try $r rmi a; try $r system check; try $r stop box; \
        try $r volume prune -f; try $r container prune -f; try $r rmi b; try $r image prune -a -f; \
        try $r system prune -a -f --volumes; refill; cat outs >&2; $r ps -aq; $r images -q; try $r system reset -f";
    let out = rcon.call_through(&["unshare", "-r", "-m", "sh", "-c", script], [""; 0]).done();
    out.exits(0).stdout(&"ok\n".repeat(12));
}
