//! `run`: what a container is given.

use crate::support::{Image, Layer, Rcon, requires, uid};
use serde_json::json;

#[test]
fn the_commands_output_is_the_output() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "busybox", "echo", "hello", "world"])
        .exits(0)
        .stdout("hello world\n")
        .stderr("");
}

#[test]
fn a_detached_run_prints_the_full_id_and_nothing_else() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "-d", "busybox", "true"]).exits(0).stdout("<id>\n").stderr("");
}

#[test]
fn the_host_name_is_the_short_id() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["run", "-d", "busybox", "hostname"]).succeeds();
    rcon.run(["wait", &id]).exits(0);
    assert_eq!(rcon.run(["logs", &id]).succeeds(), id[..12]);
}

#[test]
fn a_host_name_of_ones_own_is_in_etc_hosts_too() {
    let rcon = Rcon::with_busybox();
    let out = rcon.run([
        "run",
        "--rm",
        "--hostname",
        "web",
        "busybox",
        "sh",
        "-c",
        "hostname; cat /etc/hostname; cat /etc/hosts",
    ]);
    out.exits(0).stdout_has("web\nweb\n").stdout_has("127.0.0.1\tlocalhost");
}

#[test]
fn the_environment_is_the_images_with_the_users_over_it() {
    let image = Image::busybox().config(json!({ "Env": ["PATH=/bin", "A=image", "B=image"] }));
    let rcon = Rcon::with_image(image);
    let out = rcon.call(["run", "--rm", "-e", "A=mine", "-e", "PASSED", "-e", "UNSET", "image", "env"]);
    let out = out.env("PASSED", "on").env("SECRET", "no").done();
    let mut lines: Vec<_> = out.printed().lines().filter(|line| !line.starts_with("HOSTNAME=")).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["A=mine", "B=image", "HOME=/root", "PASSED=on", "PATH=/bin"], "{out}");
}

#[test]
fn an_image_without_a_path_gets_dockers() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "busybox", "env"])
        .exits(0)
        .stdout_has("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

#[test]
fn env_files_are_read_and_flags_win() {
    let rcon = Rcon::with_busybox();
    let file = rcon.file("env", "# a comment\nA=file\nB=two words\n\n");
    let out = rcon.run(["run", "--rm", "-e", "A=flag", "--env-file", &file, "busybox", "env"]);
    out.exits(0).stdout_has("A=flag\n").stdout_has("B=two words\n");
}

#[test]
fn a_missing_working_directory_is_made() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "-w", "/a/b/c", "busybox", "pwd"]).exits(0).stdout("/a/b/c\n");
}

#[test]
fn users_are_numbers_without_an_account_too() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "-u", "1234:5678", "busybox", "sh", "-c", "id -u; id -g; id -G"])
        .exits(0)
        .stdout("1234\n5678\n5678\n");
}

#[test]
fn users_are_looked_up_in_the_image() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "-u", "user", "busybox", "sh", "-c", "id -u; id -g; id -G; echo $HOME"])
        .exits(0)
        .stdout("1000\n1000\n1000 100\n/home\n");
}

#[test]
fn files_can_be_given_to_other_users() {
    requires!(subordinate_ids);
    let rcon = Rcon::with_busybox();
    rcon.shell("touch /f && chown 1000:100 /f && stat -c %u:%g /f").exits(0).stdout("1000:100\n");
}

#[test]
fn a_caller_that_newuidmap_cannot_help_has_one_id_and_a_note() {
    let rcon = Rcon::new();
    let import = rcon.call_through(&["setpriv", "--no-new-privs"], ["import", "-", "busybox"]);
    import.stdin(Image::busybox_tree()).done().succeeds();
    rcon.forget_notes();
    let words = ["run", "--rm", "busybox", "sh", "-c", "id -u; awk '{print $1, $3}' /proc/self/uid_map"];
    let out = rcon.call_through(&["setpriv", "--no-new-privs"], words).done();
    out.exits(0)
        .stdout("0\n0 1\n")
        .stderr_has("note: only your own user id is available")
        .stderr_has("hint: ");
}

#[test]
fn an_entry_point_takes_the_command_as_arguments() {
    let image = Image::busybox().config(json!({ "Entrypoint": ["echo", "image"], "Cmd": ["default"] }));
    let rcon = Rcon::with_image(image);
    rcon.run(["run", "--rm", "image"]).exits(0).stdout("image default\n");
    rcon.run(["run", "--rm", "image", "mine"]).exits(0).stdout("image mine\n");
    rcon.run(["run", "--rm", "--entrypoint", "printf", "image", "%s.", "a", "b"]).exits(0).stdout("a.b.");
    rcon.run(["run", "--rm", "--entrypoint", "", "image", "echo", "bare"]).exits(0).stdout("bare\n");
}

#[test]
fn an_image_without_a_command_needs_one() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "busybox"]).exits(125).stderr_has("no command specified");
    rcon.has_no_containers();
}

#[test]
fn flags_after_the_image_belong_to_the_command() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "busybox", "echo", "-d", "--rm", "--name=x"])
        .exits(0)
        .stdout("-d --rm --name=x\n");
}

#[test]
fn what_a_bind_mount_is_given_is_on_the_host() {
    let rcon = Rcon::with_busybox();
    let folder = rcon.directory("shared");
    rcon.file("shared/in", "from outside\n");
    let mount = format!("{folder}:/mnt");
    rcon.run(["run", "--rm", "-v", &mount, "busybox", "sh", "-c", "cat /mnt/in; echo inside > /mnt/out"])
        .exits(0)
        .stdout("from outside\n");
    assert_eq!(std::fs::read_to_string(rcon.path("shared/out")).unwrap(), "inside\n");
    let owner = rustix::fs::stat(rcon.path("shared/out")).unwrap().st_uid;
    assert_eq!(owner, uid());
}

#[test]
fn a_read_only_bind_mount_cannot_be_written() {
    let rcon = Rcon::with_busybox();
    let mount = format!("{}:/mnt:ro", rcon.directory("shared"));
    rcon.run(["run", "--rm", "-v", &mount, "busybox", "touch", "/mnt/x"]).exits(1).stderr_has("Read-only");
    rcon.run(["run", "--rm", "-v", &mount, "busybox", "mount", "-o", "remount,rw", "/mnt"]).fails();
}

#[test]
fn a_file_can_be_bound_too() {
    let rcon = Rcon::with_busybox();
    let mount = format!("{}:/etc/motd", rcon.file("motd", "welcome\n"));
    rcon.run(["run", "--rm", "-v", &mount, "busybox", "cat", "/etc/motd"]).exits(0).stdout("welcome\n");
}

#[test]
fn a_named_volume_outlives_its_container() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "-v", "data:/d", "busybox", "sh", "-c", "echo kept > /d/f"]).exits(0);
    rcon.run(["run", "--rm", "-v", "data:/d", "busybox", "cat", "/d/f"]).exits(0).stdout("kept\n");
}

#[test]
fn an_anonymous_volume_goes_with_its_container() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "-v", "/d", "busybox", "touch", "/d/f"]).exits(0);
    assert_eq!(std::fs::read_dir(rcon.path("s/volumes")).map_or(0, Iterator::count), 0);
}

#[test]
fn a_tmpfs_is_one_and_has_the_size_asked_for() {
    let rcon = Rcon::with_busybox();
    let out =
        rcon.run(["run", "--rm", "--tmpfs", "/t:size=1m", "busybox", "sh", "-c", "grep ' /t ' /proc/mounts"]);
    out.exits(0).stdout_has(" /t tmpfs ").stdout_has("size=1024k");
}

#[test]
fn a_read_only_container_writes_to_its_tmpfs_only() {
    let rcon = Rcon::with_busybox();
    let script = "touch /x 2>/dev/null && echo root; touch /t/x && echo tmpfs; touch /dev/shm/x && echo shm";
    rcon.run(["run", "--rm", "--read-only", "--tmpfs", "/t", "busybox", "sh", "-c", script])
        .exits(0)
        .stdout("tmpfs\nshm\n");
}

#[test]
fn shared_memory_has_the_size_asked_for() {
    let rcon = Rcon::with_busybox();
    let size = "df -k /dev/shm | tail -n 1 | awk '{print $2}'";
    rcon.shell(size).exits(0).stdout("65536\n");
    rcon.run(["run", "--rm", "--shm-size", "1m", "busybox", "sh", "-c", size]).exits(0).stdout("1024\n");
}

#[test]
fn limits_are_those_asked_for() {
    let rcon = Rcon::with_busybox();
    let words =
        ["run", "--rm", "--ulimit", "nofile=100:200", "busybox", "sh", "-c", "ulimit -Sn; ulimit -Hn"];
    rcon.run(words).exits(0).stdout("100\n200\n");
}

#[test]
fn an_init_of_rcons_reaps_orphans() {
    let rcon = Rcon::with_busybox();
    // The inner shell ends first; who adopts the sleep must collect it.
    let script = "(sleep 0.1 &); sleep 0.5; grep -l '^State:.Z' /proc/[0-9]*/status; echo $$";
    let out = rcon.run(["run", "--rm", "--init", "busybox", "sh", "-c", script]);
    out.exits(0);
    assert_eq!(out.printed().lines().count(), 1, "{out}");
    assert_ne!(out.printed(), "1\n", "{out}");
}

#[test]
fn without_an_init_the_command_is_process_one() {
    let rcon = Rcon::with_busybox();
    rcon.shell("echo $$").exits(0).stdout("1\n");
}

#[test]
fn no_network_means_loopback_alone() {
    let rcon = Rcon::with_busybox();
    let script = "ls /sys/class/net; ip -o addr show lo | grep -c 127.0.0.1";
    rcon.run(["run", "--rm", "--network", "none", "busybox", "sh", "-c", script]).exits(0).stdout("lo\n1\n");
}

#[test]
fn the_hosts_network_is_the_hosts() {
    let rcon = Rcon::with_busybox();
    let ours = std::fs::read_link("/proc/self/ns/net").unwrap();
    rcon.run(["run", "--rm", "--network", "host", "busybox", "readlink", "/proc/self/ns/net"])
        .exits(0)
        .stdout(&format!("{}\n", ours.display()));
}

#[test]
fn a_cid_file_has_the_id_and_is_never_overwritten() {
    let rcon = Rcon::with_busybox();
    let file = rcon.path("cid").to_str().unwrap().to_owned();
    let id = rcon.run(["run", "-d", "--cidfile", &file, "busybox", "true"]).succeeds();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), id);
    rcon.run(["run", "-d", "--cidfile", &file, "busybox", "true"])
        .exits(125)
        .stderr_has("container ID file found");
}

#[test]
fn containers_of_one_image_do_not_share_changes() {
    let rcon = Rcon::with_busybox();
    rcon.shell("rm /etc/group; echo x > /bin/new").exits(0);
    rcon.shell("ls /etc/group; ls /bin/new").fails().stdout("/etc/group\n");
}

#[test]
fn a_container_keeps_its_changes_when_it_is_started_again() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--name", "box", "busybox", "sh", "-c", "echo again >> /f; cat /f"])
        .exits(0)
        .stdout("again\n");
    rcon.run(["start", "-a", "box"]).exits(0).stdout("again\nagain\n");
}

#[test]
fn the_root_is_an_overlay_of_the_layers() {
    requires!(overlay);
    let rcon = Rcon::with_busybox();
    rcon.shell("grep -c '^[a-z]* / overlay ' /proc/mounts").exits(0).stdout("1\n");
}

#[test]
fn a_whiteout_hides_what_a_lower_layer_has() {
    let upper = Layer::new()
        .file("etc/.wh.group", 0o644, "")
        .folder("home/", 0o755)
        .file("home/.wh..wh..opq", 0o644, "")
        .file("home/new", 0o644, "new");
    let lower = Layer::new().folder("home/", 0o755).file("home/old", 0o644, "old");
    let rcon = Rcon::with_image(Image::busybox().layer(lower).layer(upper));
    rcon.run(["run", "--rm", "image", "sh", "-c", "ls /etc/group 2>/dev/null; ls /home"])
        .exits(0)
        .stdout("new\n");
}

#[test]
fn two_hundred_layers_are_no_problem() {
    let layers = (0..200).map(|number| Layer::new().file(&format!("f{number}"), 0o644, format!("{number}")));
    let rcon = Rcon::with_image(layers.fold(Image::busybox(), Image::layer));
    rcon.run(["run", "--rm", "image", "sh", "-c", "cat /f0 /f199; ls / | grep -c ^f"])
        .exits(0)
        .stdout("0199200\n");
}

#[test]
fn an_image_without_mount_points_runs() {
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find_map(|path| std::fs::read(path).ok());
    let rcon = Rcon::with_image(Image::empty().layer(Layer::new().file("sh", 0o755, busybox.unwrap())));
    rcon.run(["run", "--rm", "image", "/sh", "-c", "echo $$ > /dev/null; read x < /proc/1/comm; echo $x"])
        .exits(0)
        .stdout("sh\n");
}

#[test]
fn devices_are_dockers() {
    let rcon = Rcon::with_busybox();
    let script = "cd /dev; ls -d console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero; \
                  head -c 4 zero | od -An -tx1; echo x > null; head -c 1 urandom | wc -c";
    let out = rcon.shell(script);
    out.stdout_has("full\nmqueue\nnull\nptmx\npts\nrandom\nshm\n").stdout_has(" 00 00 00 00\n1\n");
}

#[test]
fn a_privileged_container_has_more_power_and_no_masks() {
    let rcon = Rcon::with_busybox();
    let out = rcon.run([
        "run",
        "--rm",
        "--privileged",
        "busybox",
        "grep",
        "-E",
        "CapEff|Seccomp:",
        "/proc/self/status",
    ]);
    out.exits(0);
    assert_eq!(out.field("Seccomp:"), ["0"], "{out}");
    assert!(u64::from_str_radix(out.field("CapEff:")[0], 16).unwrap() & (1 << 21) != 0, "{out}");
}

#[test]
fn labels_are_kept() {
    let rcon = Rcon::with_busybox();
    let id = rcon.run(["create", "-l", "a=b", "--label", "empty", "busybox", "true"]).succeeds();
    assert_eq!(rcon.inspect(&id, "{{json .Config.Labels}}"), r#"{"a":"b","empty":""}"#);
}

#[test]
fn a_host_can_be_added_to_etc_hosts() {
    let rcon = Rcon::with_busybox();
    rcon.run(["run", "--rm", "--add-host", "db:10.1.2.3", "busybox", "cat", "/etc/hosts"])
        .exits(0)
        .stdout_has("10.1.2.3\tdb\n");
}

#[test]
fn a_user_without_subordinate_ids_is_told_so_once() {
    let rcon = Rcon::with_busybox();
    rcon.forget_notes();
    let single = std::env::var_os("RCON_SINGLE").is_some();
    let first = rcon.run(["run", "--rm", "busybox", "true"]);
    first.exits(0);
    assert_eq!(first.said().contains("only your own user id"), single, "{first}");
    rcon.run(["run", "--rm", "busybox", "true"]).exits(0).stderr("");
}
