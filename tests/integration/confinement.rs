//! What a container cannot do. Named by classes of known attacks; the numbers of well-known cases are
//! beside the tests.

use crate::support::{Image, Layer, Rcon, requires, until};
use serde_json::json;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;

/// The eleven that a container has: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP,
/// NET_BIND_SERVICE, SYS_CHROOT, SETFCAP.
const ELEVEN: &str = "00000000800405fb";
const NONE: &str = "0000000000000000";

const CAPABILITIES: &str = "grep ^Cap /proc/self/status";

/// CVE-2019-5736 and the like: rcon itself is written to by what it started.
#[test]
fn a02_a_container_cannot_write_to_rcon() {
    let rcon = Rcon::with_busybox();
    let before = hash(&crate::support::binary());
    rcon.run(["run", "--rm", "--entrypoint", "/proc/self/exe", "busybox", "true"]).code();
    let script = "printf '#!/proc/self/exe\\n' > /s; chmod 755 /s; /s; \
                  for p in /proc/[0-9]*; do (echo x >> $p/exe) 2>/dev/null && readlink $p/exe; done; true";
    let id = rcon.sleeper([]);
    let racer = "while :; do for p in /proc/[0-9]*; do \
                 (exec 3>>$p/exe) 2>/dev/null && echo opened $(readlink $p/exe); done; done";
    let mut racing =
        rcon.call(["exec", &id, "timeout", "4", "sh", "-c", &format!("echo go; {racer}")]).spawn();
    racing.prints("go");
    rcon.run(["exec", &id, "sh", "-c", script]).exits(0);
    for _ in 0..20 {
        rcon.run(["exec", &id, "/proc/self/exe"]).code();
    }
    let raced = racing.wait();
    assert!(!raced.printed().contains("rcon"), "{raced}");
    assert!(before == hash(&crate::support::binary()), "the binary has changed");
}

/// A shell's words that make a copy of rcon of one's own, as `./rcon`. Made by a program of its own, so that no
/// other test's child holds it open for writing.
fn own_copy() -> String {
    format!("cp {} rcon", crate::support::binary().display())
}

/// The launcher's program is on a read-only mount, whose file shows its children's program inside containers.
#[test]
fn a02_the_file_the_monitor_runs_from_cannot_be_written_to() {
    let rcon = Rcon::with_busybox();
    let call = format!("{} && ./rcon run -d busybox sleep 1000", own_copy());
    let id = rcon.call_by_shell(&call).done().succeeds();
    let launcher = rcon.processes(&id).launcher;
    let held = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::PATH.bits() as i32)
        .open(format!("/proc/{launcher}/exe"))
        .unwrap();
    let line = std::fs::read(format!("/proc/{launcher}/cmdline")).unwrap();
    assert_eq!(line, b"rcon-monitor\0", "what the caller typed is not the monitor's");
    assert_eq!(std::fs::read(format!("/proc/{launcher}/environ")).unwrap(), b"");
    rcon.run(["rm", "-f", &id]).exits(0);
    until("the launcher has left", || !crate::support::lives(launcher));
    let again = format!("/proc/self/fd/{}", held.as_raw_fd());
    let refusal = || std::fs::OpenOptions::new().write(true).open(&again).unwrap_err().raw_os_error();
    // As long as one of its children runs from it, that is the reason (ETXTBSY).
    until("it is read-only", || refusal() == Some(rustix::io::Errno::ROFS.raw_os_error()));
}

/// Where the running program cannot move to such a mount, it is executed again.
#[test]
fn a_binary_that_was_replaced_while_it_runs_starts_containers() {
    let rcon = Rcon::with_busybox();
    let gone = format!("{} && exec 7<rcon && rm rcon && exec /proc/self/fd/7", own_copy());
    rcon.call_by_shell(&format!("{gone} run --rm busybox echo alive")).done().exits(0).stdout("alive\n");
    let id = rcon.call_by_shell(&format!("{gone} run -d busybox sleep 1000")).done().succeeds();
    rcon.run(["exec", &id, "echo", "joined"]).exits(0).stdout("joined\n");
    rcon.run(["run", "--rm", "busybox", "echo", "beside"]).exits(0).stdout("beside\n");
}

fn hash(file: &std::path::Path) -> String {
    let mut bytes = Vec::new();
    std::fs::File::open(file).unwrap().read_to_end(&mut bytes).unwrap();
    rcon::oci::digest::Digest::of(&bytes).to_string()
}

/// CVE-2024-21626: a directory that is an inherited descriptor.
#[test]
fn a03_no_working_directory_leads_through_a_descriptor() {
    let link = Layer::new().link("via", "/proc/self/fd/7").link("thread", "/proc/thread-self/fd");
    let rcon = Rcon::with_image(Image::busybox().layer(link));
    let id = rcon.run(["run", "-d", "image", "sleep", "1000"]).succeeds();
    for number in 3..20 {
        let directory = format!("/proc/self/fd/{number}");
        let out = rcon.run(["run", "--rm", "-w", &directory, "image", "ls"]);
        out.fails().stdout("");
        let out = rcon.run(["exec", "-w", &directory, &id, "ls"]);
        out.fails().stdout("");
    }
    for directory in ["/via", "/via/x", "/thread/7", "/proc/1/fd/5", "/proc/self/fd/7/etc"] {
        rcon.run(["run", "--rm", "-w", directory, "image", "ls"]).fails().stdout("");
    }
}

#[test]
fn a03_an_images_working_directory_does_not_lead_through_a_descriptor() {
    for directory in ["/proc/self/fd/7", "/proc/self/fd/8/", "/proc/self/fd/9/../.."] {
        let rcon = Rcon::with_image(Image::busybox().config(json!({ "WorkingDir": directory })));
        rcon.run(["run", "--rm", "image", "ls"]).fails();
    }
}

#[test]
fn a03_the_command_has_three_descriptors() {
    let rcon = Rcon::with_busybox();
    // The listing itself has one more.
    rcon.shell("ls /proc/$$/fd; true").exits(0).stdout("0\n1\n2\n");
    let id = rcon.sleeper([]);
    rcon.run(["exec", &id, "sh", "-c", "ls /proc/$$/fd; true"]).exits(0).stdout("0\n1\n2\n");
    // What the caller of rcon has open is not handed on.
    let script = format!(
        "exec 9</etc/passwd; {} run --rm busybox sh -c 'ls /proc/$$/fd; true'",
        crate::support::binary().display()
    );
    rcon.call_by_shell(&script).done().exits(0).stdout("0\n1\n2\n");
}

/// CVE-2024-45310: directories are made through a link, on the host.
#[test]
fn a04_what_is_made_for_a_container_is_made_inside() {
    let rcon = Rcon::new();
    let outside = rcon.directory("outside");
    let up = "../".repeat(16) + outside.trim_start_matches('/');
    rcon.load("image", Image::busybox().layer(Layer::new().link("absolute", &outside).link("up", &up)));
    let source = rcon.directory("source");
    for link in ["absolute", "up"] {
        rcon.run(["run", "--rm", "-w", &format!("/{link}/made"), "image", "true"]).code();
        rcon.run(["run", "--rm", "-v", &format!("{source}:/{link}/made"), "image", "true"]).code();
        rcon.run(["run", "--rm", "--tmpfs", &format!("/{link}/made"), "image", "true"]).code();
        rcon.run(["run", "--rm", "-v", &format!("vol:/{link}/made"), "image", "true"]).code();
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

/// CVE-2019-16884, CVE-2023-28642: the image brings a /proc of its own.
#[test]
fn a06_proc_is_the_kernels_or_nothing_runs() {
    let links = [("proc", "tmp/p"), ("proc", "/etc"), ("proc", "proc")];
    for (name, target) in links {
        let image = Image::empty().layer(busybox_without("proc")).layer(Layer::new().link(name, target));
        kernel_answers_or_refused(&Rcon::with_image(image));
    }
    let rcon = Rcon::with_busybox();
    for target in ["/proc", "/proc/self", "/proc/self/attr", "/proc/../proc/sys", "/sys", "/sys/fs/cgroup"] {
        rcon.run(["run", "--rm", "-v", &format!("vol:{target}"), "busybox", "true"]).exits(125);
        rcon.run(["run", "--rm", "--tmpfs", target, "busybox", "true"]).exits(125);
    }
}

#[test]
fn a06_an_images_volume_cannot_be_proc() {
    for volume in ["/proc", "/proc/self", "/sys", "/tmp/../proc"] {
        let image = Image::busybox().config(json!({ "Volumes": { volume: {} } }));
        kernel_answers_or_refused(&Rcon::with_image(image));
    }
}

/// CVE-2025-54867: the same with the other folders that a container is given.
#[test]
fn a07_links_in_place_of_mount_points_stay_inside() {
    let rcon = Rcon::new();
    let outside = rcon.directory("outside");
    for name in ["sys", "dev", "etc", "run", "tmp"] {
        for target in [outside.as_str(), "nonesuch", name, "../../../../../../../tmp"] {
            let image = Image::empty().layer(busybox_without(name)).layer(Layer::new().link(name, target));
            rcon.load("image", image);
            rcon.run(["run", "--rm", "image", "true"]).code();
        }
    }
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

/// CVE-2025-31133: what masks a path is the image's own /dev/null.
#[test]
fn a08_masks_are_not_the_images_devices() {
    let image = Image::busybox().layer(Layer::new().link("dev/null", "/proc/sys/kernel/core_pattern"));
    let rcon = Rcon::with_image(image);
    let before = std::fs::read("/proc/sys/kernel/core_pattern").unwrap();
    rcon.run(["run", "--rm", "image", "sh", "-c", "echo x > /dev/null; head -c 1 /proc/kcore | wc -c"])
        .exits(0)
        .stdout("0\n");
    assert_eq!(std::fs::read("/proc/sys/kernel/core_pattern").unwrap(), before);
}

#[test]
fn a08_what_tells_about_the_host_is_masked() {
    let rcon = Rcon::with_busybox();
    let script = "for f in kcore keys timer_list sched_debug latency_stats kallsyms interrupts; do \
                  [ \"$(head -c 1 /proc/$f 2>/dev/null | wc -c)\" = 0 ] || echo $f; done; \
                  for d in /proc/acpi /proc/scsi /proc/asound /sys/firmware /sys/devices/virtual/powercap; do \
                  [ -z \"$(ls $d 2>/dev/null)\" ] || echo $d; done; true";
    rcon.shell(script).exits(0).stdout("").stderr("");
}

#[test]
fn a08_a_mask_cannot_be_taken_off() {
    let rcon = Rcon::with_busybox();
    rcon.shell(
        "umount /proc/kcore 2>/dev/null; umount /proc/keys 2>/dev/null; head -c 1 /proc/kcore | wc -c",
    )
    .exits(0)
    .stdout("0\n");
}

/// CVE-2025-52881: settings of the kernel are written through a container.
#[test]
fn a10_the_kernels_settings_are_read_only() {
    let rcon = Rcon::with_busybox();
    let script = "for f in /proc/sys/kernel/hostname /proc/sys/kernel/core_pattern /proc/sysrq-trigger \
                  /proc/sys/kernel/shmmax /proc/bus/x /proc/irq/x /proc/fs/x /sys/kernel/uevent_helper; do \
                  (echo x > $f) 2>/dev/null && echo $f; done; mkdir /sys/fs/cgroup/x 2>/dev/null && echo cgroup; \
                  mount -o remount,rw /proc/sys 2>/dev/null && echo remounted; true";
    rcon.shell(script).exits(0).stdout("");
}

/// CVE-2026-88264: a link named like a device makes a file on the host.
#[test]
fn a12_links_in_dev_make_nothing_on_the_host() {
    let rcon = Rcon::new();
    let outside = rcon.directory("outside");
    let up = "../".repeat(16) + outside.trim_start_matches('/');
    let links = ["console", "null", "tty", "ptmx", "pts", "shm", "mqueue", "stdin"];
    let layer = links
        .iter()
        .fold(Layer::new(), |layer, name| layer.link(&format!("dev/{name}"), &format!("{up}/{name}")));
    rcon.load("image", Image::busybox().layer(layer));
    rcon.run(["run", "--rm", "image", "true"]).code();
    rcon.run(["run", "-d", "-t", "image", "true"]).code();
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

/// CVE-2022-24769 and five more.
#[test]
fn a14_capabilities_are_the_eleven_and_none_is_inherited() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let run = rcon.run(["run", "--rm", "busybox", "sh", "-c", CAPABILITIES]);
    let exec = rcon.run(["exec", &id, "sh", "-c", CAPABILITIES]);
    for out in [run, exec] {
        out.exits(0);
        for (set, wanted) in [
            ("CapInh:", NONE),
            ("CapPrm:", ELEVEN),
            ("CapEff:", ELEVEN),
            ("CapBnd:", ELEVEN),
            ("CapAmb:", NONE),
        ] {
            assert_eq!(out.field(set), [wanted], "{out}");
        }
    }
}

#[test]
fn a14_added_and_dropped_capabilities_are_exact() {
    let rcon = Rcon::with_busybox();
    let bounding = |flags: &[&str]| {
        let words = ["run", "--rm"].iter().chain(flags).chain(&["busybox", "sh", "-c", CAPABILITIES]);
        let out = rcon.run(words);
        assert_eq!(out.exits(0).field("CapInh:"), [NONE], "{out}");
        assert_eq!(out.field("CapAmb:"), [NONE], "{out}");
        assert_eq!(out.field("CapEff:"), out.field("CapBnd:"), "{out}");
        u64::from_str_radix(out.field("CapBnd:")[0], 16).unwrap()
    };
    let eleven = u64::from_str_radix(ELEVEN, 16).unwrap();
    assert_eq!(bounding(&["--cap-drop", "ALL"]), 0);
    assert_eq!(bounding(&["--cap-drop", "ALL", "--cap-add", "CHOWN"]), 1);
    assert_eq!(bounding(&["--cap-drop", "chown"]), eleven & !1);
    assert_eq!(bounding(&["--cap-add", "CAP_NET_RAW"]), eleven | 1 << 13);
}

/// CVE-2018-10856, CVE-2021-20188.
#[test]
fn a15_a_user_has_no_capabilities() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let run = rcon.run(["run", "--rm", "-u", "1000", "busybox", "sh", "-c", CAPABILITIES]);
    let exec = rcon.run(["exec", "-u", "1000", &id, "sh", "-c", CAPABILITIES]);
    for out in [run, exec] {
        out.exits(0);
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
            assert_eq!(out.field(set), [NONE], "{out}");
        }
    }
}

/// CVE-2016-3697: an account of the image whose name is a number.
#[test]
fn a16_a_number_is_an_id_whatever_accounts_there_are() {
    requires!(subordinate_ids);
    let passwd = Layer::new().file("etc/passwd", 0o644, "root:x:0:0::/:/bin/sh\n1000:x:0:0::/:/bin/sh\n");
    let rcon = Rcon::with_image(Image::busybox().layer(passwd));
    rcon.run(["run", "--rm", "-u", "1000", "image", "id", "-u"]).exits(0).stdout("1000\n");
    let id = rcon.run(["run", "-d", "image", "sleep", "1000"]).succeeds();
    rcon.run(["exec", "-u", "1000", &id, "id", "-u"]).exits(0).stdout("1000\n");
}

/// CVE-2024-40635: an id that wraps around to root.
#[test]
fn a17_ids_out_of_range_are_refused() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let wild = [
        "2147483648",
        "4294967295",
        "4294967296",
        "-1",
        "0x10",
        "1e3",
        "+5",
        "18446744073709551616",
        "1:4294967296",
    ];
    for user in wild {
        rcon.run(["run", "--rm", &format!("--user={user}"), "busybox", "id"]).fails().stdout("");
        rcon.run(["exec", &format!("--user={user}"), &id, "id"]).fails().stdout("");
    }
    for user in wild {
        rcon.load("image", Image::busybox().config(json!({ "User": user })));
        rcon.run(["run", "--rm", "image", "id"]).fails().stdout("");
    }
}

/// CVE-2026-30892: users that are half numbers, half names.
#[test]
fn a18_users_that_are_no_users_are_refused() {
    let rcon = Rcon::with_busybox();
    for user in
        [" 1", "1 ", "1:2:3", "root:nonesuch", "nonesuch", "0x0", "ro ot", "root\n", "\u{661}", "/", "*"]
    {
        rcon.run(["run", "--rm", "-u", user, "busybox", "id"]).fails().stdout("");
    }
    for (user, ids) in [("0", "0 0\n"), ("root", "0 0\n"), ("0:0", "0 0\n"), ("root:root", "0 0\n")] {
        rcon.run(["run", "--rm", "-u", user, "busybox", "sh", "-c", "echo $(id -u) $(id -g)"])
            .exits(0)
            .stdout(ids);
    }
}

/// CVE-2022-2989: groups that were the caller's.
#[test]
fn a19_groups_are_the_containers() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    rcon.shell("id -G").exits(0).stdout("0\n");
    rcon.run(["run", "--rm", "-u", "user", "busybox", "id", "-G"]).exits(0).stdout("1000 100\n");
    rcon.run(["run", "--rm", "-u", "1000:5", "busybox", "id", "-G"]).exits(0).stdout("5\n");
}

/// CVE-2022-4318: a line more in a file that rcon writes.
#[test]
fn a20_values_with_newlines_write_no_lines() {
    let rcon = Rcon::with_busybox();
    let lines = "wc -l < /etc/passwd; wc -l < /etc/hosts; wc -l < /etc/hostname";
    let usual = rcon.run(["run", "--rm", "--hostname", "h", "busybox", "sh", "-c", lines]).succeeds();
    for flags in [
        &["-e", "HOME=/x\nevil:x:0:0::/:/bin/sh"][..],
        &["-e", "A=\nB=c"],
        &["--label", "a=b\nc=d"],
        &["--hostname", "h\n1.2.3.4 evil"],
        &["--add-host", "h\nevil:1.2.3.4"],
        &["-u", "root\nevil"],
        &["-w", "/tmp/a\nb"],
    ] {
        let named: &[&str] = if flags[0] == "--hostname" { &[] } else { &["--hostname", "h"] };
        let words = [&["run", "--rm"], named, flags, &["busybox", "sh", "-c", lines]].concat();
        let out = rcon.run(words);
        assert!(
            matches!(out.code(), Some(125 | 126)) || out.printed().trim_end() == usual,
            "{flags:?}: {out}"
        );
    }
}

/// CVE-2026-57231: a variable of the image that names no value means the host's.
#[test]
fn a21_an_image_cannot_ask_for_the_hosts_variables() {
    let image = Image::busybox().config(json!({ "Env": ["SECRET", "AWS_*", "*", "", "=x", "GOOD=1"] }));
    let rcon = Rcon::with_image(image);
    let call =
        rcon.call(["run", "-d", "image", "sleep", "1000"]).env("SECRET", "leaked").env("AWS_KEY", "leaked");
    let id = call.done().succeeds();
    let out = rcon.run(["exec", &id, "sh", "-c", "env; tr '\\0' '\\n' < /proc/1/environ"]);
    out.exits(0).stdout_has("GOOD=1\n");
    assert!(!out.printed().contains("leaked"), "{out}");
    let them = rcon.processes(&id);
    for pid in [them.launcher, them.pump] {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&environment).contains("leaked"), "{pid}");
    }
}

/// CVE-2026-94603, CVE-2014-6408: what an image says of itself loosens nothing.
#[test]
fn a22_labels_of_an_image_change_no_confinement() {
    let labels = json!({
        "io.podman.annotations.privileged": "TRUE",
        "io.podman.annotations.seccomp": "unconfined",
        "run.oci.handler": "krun",
        "run.oci.keep_original_groups": "1",
        "run.oci.seccomp.receiver": "/x",
        "org.systemd.property.DeviceAllow": "['/dev/sda rw']",
        "io.containers.capabilities": "SYS_ADMIN",
        "io.kubernetes.cri-o.userns-mode": "host",
        "org.criu.config": "/etc/passwd",
    });
    let rcon = Rcon::with_image(Image::busybox().config(json!({ "Labels": labels })));
    rcon.load("plain", Image::busybox());
    let report = "grep -E '^(Cap|Seccomp|NoNewPrivs|Groups|Uid)' /proc/self/status; \
                  sed 's/^[0-9]* [0-9]* [0-9:]* //' /proc/self/mountinfo | cut -d' ' -f2,3 | sort; cat /proc/self/uid_map";
    let of = |image: &str| rcon.run(["run", "--rm", image, "sh", "-c", report]).succeeds();
    assert_eq!(of("image"), of("plain"));
}

#[test]
fn g_calls_are_filtered() {
    let rcon = Rcon::with_busybox();
    let out = rcon.shell("cat /proc/self/status");
    assert_eq!(out.exits(0).field("Seccomp:"), ["2"], "{out}");
    let own = ["run", "--rm", "--security-opt", "seccomp=unconfined", "busybox", "cat", "/proc/self/status"];
    assert_eq!(rcon.run(own).field("Seccomp:"), ["0"]);
}

#[test]
fn g_a_container_makes_no_namespaces_and_mounts_nothing() {
    let rcon = Rcon::with_busybox();
    let script = "for flag in -U -m -n -p -i -u; do unshare $flag true 2>/dev/null && echo unshare $flag; done; \
                  mount -t tmpfs none /tmp 2>/dev/null && echo mount; \
                  mount --bind /etc /tmp 2>/dev/null && echo bind; \
                  umount /proc 2>/dev/null && echo umount; \
                  chroot / true || echo no chroot; \
                  mknod /d b 8 0 2>/dev/null && echo mknod; true";
    rcon.shell(script).exits(0).stdout("");
}

#[test]
fn g_a_profile_of_ones_own_is_obeyed() {
    let rcon = Rcon::with_busybox();
    let profile = json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{ "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1 }],
    });
    let file = rcon.file("profile.json", profile.to_string());
    let option = format!("seccomp={file}");
    let script = "mkdir /d 2>/dev/null && echo made; touch /f && echo touched";
    rcon.run(["run", "--rm", "--security-opt", &option, "busybox", "sh", "-c", script])
        .exits(0)
        .stdout("touched\n");
}

#[test]
fn no_new_privileges_is_set_when_asked_for() {
    let rcon = Rcon::with_busybox();
    let status = |flags: &[&str]| {
        let words = ["run", "--rm"].iter().chain(flags).chain(&["busybox", "cat", "/proc/self/status"]);
        rcon.run(words).exits(0).field("NoNewPrivs:").join(" ")
    };
    assert_eq!(status(&[]), "0");
    assert_eq!(status(&["--security-opt", "no-new-privileges"]), "1");
    assert_eq!(status(&["--security-opt", "no-new-privileges:true"]), "1");
}

#[test]
fn the_monitor_has_no_more_power_than_it_needs() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let pump = std::fs::read_to_string(format!("/proc/{}/status", rcon.processes(&id).pump)).unwrap();
    let field = |key: &str| {
        pump.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned()
    };
    assert_eq!(field("CapEff:"), NONE);
    assert_eq!(field("CapPrm:"), NONE);
    assert_eq!(field("NoNewPrivs:"), "1");
    assert_eq!(field("Seccomp:"), "2");
}

#[test]
fn a_containers_root_is_the_user_and_nobody_more() {
    let rcon = Rcon::with_busybox();
    let id = rcon.sleeper([]);
    let status = std::fs::read_to_string(format!("/proc/{}/status", rcon.processes(&id).init)).unwrap();
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    let own = crate::support::uid().to_string();
    assert!(uids.split_whitespace().all(|uid| uid == own), "{uids}");
}

/// A container with what rcon mounts in order, or none: never one whose /proc is not the kernel's.
#[track_caller]
fn kernel_answers_or_refused(rcon: &Rcon) {
    let script = "grep ^Seccomp: /proc/self/status; stat -f -c %t /proc";
    let out = rcon.run(["run", "--rm", "image", "/bin/sh", "-c", script]);
    if out.code() == Some(0) {
        out.stdout("Seccomp:\t2\n9fa0\n");
    } else {
        assert!(matches!(out.code(), Some(125..=127)), "{out}");
    }
}

/// The tree of busybox, all but one folder.
fn busybox_without(folder: &str) -> Layer {
    let program = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find_map(|path| std::fs::read(path).ok());
    let folders = ["bin", "dev", "etc", "proc", "sys", "tmp"].into_iter().filter(|name| *name != folder);
    let layer = folders.fold(Layer::new(), |layer, name| layer.folder(&format!("{name}/"), 0o755));
    let applets = ["sh", "true", "grep", "stat"];
    let layer = layer.file("bin/busybox", 0o755, program.unwrap());
    applets.iter().fold(layer, |layer, name| layer.link(&format!("bin/{name}"), "busybox"))
}
