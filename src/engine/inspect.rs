//! `inspect`: a container as docker's API tells it, field for field and in its order.

use super::host::Engine;
use super::list::{Scale, Standing};
use super::networks::ports;
use super::networks::settings::{self, Networking};
use super::record::{Record, RecordedMount};
use super::state::State;
use super::wish::{MountWish, NetworkWish, SeccompWish, Wish};
use crate::error::Result;
use crate::ids::ContainerId;
use crate::network::port::Publish;
use crate::output::time::rfc3339;
use crate::runtime::launcher::LOG;
use crate::runtime::rootfs::masks;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// docker's time of what never happened.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// docker's size of /dev/shm in bytes.
const SHM_SIZE: u64 = 64 * 1024 * 1024;

/// Container `id` as docker's API tells it; with its size, in bytes, where that is asked for.
pub fn container(engine: &Engine, id: &ContainerId, with_size: bool) -> Result<Json> {
    let record = engine.record(id)?;
    let state = engine.observe(id)?;
    let name = engine.containers.name(id).unwrap_or_default();
    let places = Places {
        folder: &engine.containers.folder(id),
        data: &engine.paths.data,
        volume: &|name| text(&engine.volumes().data(name)),
        networking: &settings::look(engine, &record),
        mode: &settings::mode(engine, &record),
    };
    let mut shown = shown(&record, &state, &name, &places);
    if with_size {
        let size = Scale::new(engine).weigh(id, Some(&record));
        add_size(&mut shown, size.own, size.with_image);
    }
    Ok(shown)
}

/// Where a container's files are.
struct Places<'a> {
    folder: &'a Path,
    data: &'a Path,
    volume: &'a dyn Fn(&str) -> String,
    networking: &'a Networking,
    mode: &'a str,
}

fn shown(record: &Record, state: &State, name: &str, places: &Places<'_>) -> Json {
    let file = |name: &str| text(&places.folder.join(name));
    json!({
        "Id": record.id.to_string(),
        "Created": rfc3339(record.created),
        "Path": record.path,
        "Args": record.arguments,
        "State": state_of(state),
        "Image": record.image.to_string(),
        "ResolvConfPath": file("etc/resolv.conf"),
        "HostnamePath": file("etc/hostname"),
        "HostsPath": file("etc/hosts"),
        "LogPath": file(LOG),
        "Name": format!("/{name}"),
        "RestartCount": 0,
        "Driver": "overlay",
        "Platform": record.platform.split('/').next().unwrap_or("linux"),
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": null,
        "HostConfig": host_config(record, name, places.mode, &places.networking.wanted),
        "GraphDriver": graph_driver(record, places),
        "Mounts": record.mounts.iter().filter_map(|mount| mount_of(mount, places)).collect::<Vec<_>>(),
        "Config": config(record),
        "NetworkSettings": settings::shown(record, state, places.networking),
    })
}

/// Puts both sizes where docker has them, behind the GraphDriver.
fn add_size(shown: &mut Json, own: u64, with_image: u64) {
    let Json::Object(fields) = shown else { return };
    let mut sized = Map::new();
    for (key, value) in std::mem::take(fields) {
        let is_last_before = key == "GraphDriver";
        sized.insert(key, value);
        if is_last_before {
            sized.insert("SizeRw".to_owned(), own.into());
            sized.insert("SizeRootFs".to_owned(), with_image.into());
        }
    }
    *fields = sized;
}

fn state_of(state: &State) -> Json {
    let standing = Standing::of(state);
    let moment = |moment: Option<Timestamp>| moment.map_or(NEVER.to_owned(), rfc3339);
    let (started, finished, error) = match state {
        State::Created => (None, None, ""),
        State::Running { started, .. } => (Some(*started), None, ""),
        State::Exited { started: None, error, .. } => (None, None, error.as_str()),
        State::Exited { started, finished, error, .. } => (*started, Some(*finished), error.as_str()),
    };
    json!({
        "Status": standing.word(),
        "Running": matches!(standing, Standing::Running { .. }),
        "Paused": false,
        "Restarting": false,
        "OOMKilled": false,
        "Dead": false,
        "Pid": state.processes().map_or(0, |processes| processes.init.pid),
        "ExitCode": state.exit_code(),
        "Error": error,
        "StartedAt": moment(started),
        "FinishedAt": moment(finished),
    })
}

fn host_config(record: &Record, name: &str, mode: &str, wanted: &[Publish]) -> Json {
    let wish = &record.wish;
    let masked = |paths: &[&str]| if wish.privileged { Json::Null } else { json!(paths) };
    let mut config = json!({
        "Binds": or_null(binds(wish)),
        "ContainerIDFile": wish.cid_file.as_deref().unwrap_or_default(),
        "LogConfig": {"Type": "json-file", "Config": {}},
        "NetworkMode": mode,
        "PortBindings": ports::bindings(wanted),
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
        "AutoRemove": wish.remove,
        "VolumeDriver": "",
        "VolumesFrom": null,
        "ConsoleSize": [0, 0],
        "CapAdd": or_null(capabilities(&wish.cap_add)),
        "CapDrop": or_null(capabilities(&wish.cap_drop)),
        "CgroupnsMode": "private",
        "Dns": wish.dns,
        "DnsOptions": wish.dns_options,
        "DnsSearch": wish.dns_search,
        "ExtraHosts": or_null(wish.extra_hosts.clone()),
        "GroupAdd": null,
        "IpcMode": "private",
        "Cgroup": "",
        "Links": or_null(settings::links(record, name)),
        "OomScoreAdj": 0,
        "PidMode": "",
        "Privileged": wish.privileged,
        "PublishAllPorts": wish.publish_all,
        "ReadonlyRootfs": wish.read_only,
        "SecurityOpt": or_null(security(wish)),
        "UTSMode": "",
        "UsernsMode": "",
        "ShmSize": wish.shm_size.unwrap_or(SHM_SIZE),
        "Runtime": "rcon",
        "Isolation": "",
    });
    let Json::Object(fields) = &mut config else { return config };
    let tmpfs = tmpfs(wish);
    if !tmpfs.is_empty() {
        // Only there when it is asked for, and then before the UTSMode.
        let at = fields.keys().position(|key| key == "UTSMode").unwrap_or_default();
        fields.shift_insert(at, "Tmpfs".to_owned(), Json::Object(tmpfs));
    }
    if let Json::Object(resources) = resources(wish) {
        fields.extend(resources);
    }
    fields.insert("MaskedPaths".to_owned(), masked(masks::MASKED));
    fields.insert("ReadonlyPaths".to_owned(), masked(masks::READ_ONLY));
    if wish.init {
        fields.insert("Init".to_owned(), true.into());
    }
    config
}

/// The limits of control groups, none of which is set.
fn resources(wish: &Wish) -> Json {
    json!({
        "CpuShares": 0,
        "Memory": 0,
        "NanoCpus": 0,
        "CgroupParent": "",
        "BlkioWeight": 0,
        "BlkioWeightDevice": [],
        "BlkioDeviceReadBps": [],
        "BlkioDeviceWriteBps": [],
        "BlkioDeviceReadIOps": [],
        "BlkioDeviceWriteIOps": [],
        "CpuPeriod": 0,
        "CpuQuota": 0,
        "CpuRealtimePeriod": 0,
        "CpuRealtimeRuntime": 0,
        "CpusetCpus": "",
        "CpusetMems": "",
        "Devices": [],
        "DeviceCgroupRules": null,
        "DeviceRequests": null,
        "MemoryReservation": 0,
        "MemorySwap": 0,
        "MemorySwappiness": null,
        "OomKillDisable": null,
        "PidsLimit": null,
        "Ulimits": ulimits(wish),
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
    })
}

/// As `-v` takes them.
fn binds(wish: &Wish) -> Vec<String> {
    let bind = |source: &str, target: &str, read_only: bool| {
        format!("{source}:{target}{}", if read_only { ":ro" } else { "" })
    };
    let of_mount = |mount: &MountWish| match mount {
        MountWish::Bind { source, target, read_only, .. } => Some(bind(source, target, *read_only)),
        MountWish::Volume { name, target, read_only, .. } => Some(bind(name, target, *read_only)),
        MountWish::Anonymous { .. } | MountWish::Tmpfs { .. } => None,
    };
    wish.mounts.iter().filter_map(of_mount).collect()
}

fn tmpfs(wish: &Wish) -> Map<String, Json> {
    let of_mount = |mount: &MountWish| match mount {
        MountWish::Tmpfs { target, options } => Some((target.clone(), Json::from(options.join(",")))),
        _ => None,
    };
    wish.mounts.iter().filter_map(of_mount).collect()
}

fn capabilities(names: &[String]) -> Vec<String> {
    let full = |name: &String| if name == "ALL" { name.clone() } else { format!("CAP_{name}") };
    names.iter().map(full).collect()
}

fn security(wish: &Wish) -> Vec<String> {
    let seccomp = match &wish.security.seccomp {
        SeccompWish::Default => None,
        SeccompWish::Unconfined => Some("seccomp=unconfined".to_owned()),
        SeccompWish::Profile(profile) => Some(format!("seccomp={profile}")),
    };
    let privileges = wish.security.no_new_privileges.then(|| "no-new-privileges".to_owned());
    seccomp.into_iter().chain(privileges).collect()
}

fn ulimits(wish: &Wish) -> Json {
    let number = |limit: u64| i64::try_from(limit).unwrap_or(-1);
    let limits = wish.ulimits.iter();
    limits
        .map(|limit| json!({"Name": limit.name, "Hard": number(limit.hard), "Soft": number(limit.soft)}))
        .collect()
}

fn graph_driver(record: &Record, places: &Places<'_>) -> Json {
    let layers: Vec<String> =
        record.layers.iter().map(|layer| text(&places.data.join("layers").join(layer))).collect();
    json!({
        "Data": {
            "LowerDir": layers.join(":"),
            "MergedDir": text(&places.data.join("mnt")),
            "UpperDir": text(&places.folder.join("upper")),
            "WorkDir": text(&places.folder.join("work")),
        },
        "Name": "overlay",
    })
}

/// Like docker, without what `--tmpfs` mounts.
fn mount_of(mount: &RecordedMount, places: &Places<'_>) -> Option<Json> {
    match mount {
        RecordedMount::Bind { source, target, read_only, recursive } => Some(json!({
            "Type": "bind",
            "Source": source,
            "Destination": target,
            "Mode": if *read_only { "ro" } else { "" },
            "RW": !read_only,
            "Propagation": if *recursive { "rprivate" } else { "private" },
        })),
        RecordedMount::Volume { name, target, read_only, anonymous } => Some(json!({
            "Type": "volume",
            "Name": name,
            "Source": (places.volume)(name),
            "Destination": target,
            "Driver": "local",
            "Mode": match (read_only, anonymous) {
                (true, _) => "ro",
                (false, true) => "",
                (false, false) => "z",
            },
            "RW": !read_only,
            "Propagation": "",
        })),
        RecordedMount::Tmpfs { .. } => None,
    }
}

fn config(record: &Record) -> Json {
    let wish = &record.wish;
    let attached = !wish.detach;
    let mut fields = Map::new();
    let mut set = |key: &str, value: Json| fields.insert(key.to_owned(), value);
    set("Hostname", record.hostname.clone().into());
    set("Domainname", "".into());
    set("User", record.user.clone().into());
    set("AttachStdin", (attached && wish.interactive).into());
    set("AttachStdout", attached.into());
    set("AttachStderr", attached.into());
    let mut listened = ports::listened(record);
    listened.sort();
    if !listened.is_empty() {
        set("ExposedPorts", listened.into_iter().map(|port| (port, json!({}))).collect());
    }
    set("Tty", wish.tty.into());
    set("OpenStdin", wish.interactive.into());
    set("StdinOnce", (attached && wish.interactive).into());
    set("Env", json!(record.environment));
    set("Cmd", json!(record.command));
    set("Image", wish.image.clone().into());
    set("Volumes", volumes(record));
    set("WorkingDir", record.working_directory.clone().into());
    set("Entrypoint", json!(record.entrypoint));
    if let Some(mac) = first_mac(wish) {
        set("MacAddress", settings::mac(mac).into());
    }
    set("OnBuild", Json::Null);
    set("Labels", json!(record.labels));
    if wish.stop_signal.is_some() || record.stop_signal != libc::SIGTERM {
        set("StopSignal", signal_name(record.stop_signal).into());
    }
    if let Some(seconds) = wish.stop_timeout {
        set("StopTimeout", seconds.into());
    }
    Json::Object(fields)
}

/// `--mac-address`: that of the first network.
fn first_mac(wish: &Wish) -> Option<[u8; 6]> {
    match &wish.network {
        NetworkWish::Networks(joins) => joins.first()?.mac,
        _ => None,
    }
}

/// The targets of anonymous volumes, the image's among them.
fn volumes(record: &Record) -> Json {
    let targets: Map<String, Json> = record
        .mounts
        .iter()
        .filter(|mount| matches!(mount, RecordedMount::Volume { anonymous: true, .. }))
        .map(|mount| (mount.target().to_owned(), json!({})))
        .collect();
    if targets.is_empty() { Json::Null } else { Json::Object(targets) }
}

/// `SIGTERM`; real-time signals have only numbers here.
fn signal_name(number: i32) -> String {
    nix::sys::signal::Signal::try_from(number)
        .map_or_else(|_| number.to_string(), |signal| signal.as_str().to_owned())
}

fn or_null(list: Vec<String>) -> Json {
    if list.is_empty() { Json::Null } else { list.into() }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::list::tests::{at, seen};
    use super::*;
    use crate::engine::wish::Ulimit;
    use crate::output::template;

    fn of(record: &Record, state: &State) -> Json {
        let places = Places {
            folder: Path::new("/data/containers/x"),
            data: Path::new("/data"),
            volume: &|name| format!("/data/volumes/{name}/_data"),
            networking: &Networking::default(),
            mode: "bridge",
        };
        shown(record, state, "web", &places)
    }

    fn record() -> Record {
        seen("a", "2026-01-02T03:04:05.06Z").record.unwrap()
    }

    fn keys(object: &Json) -> String {
        object.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_come_in_docker_s_order() {
        let mut shown = of(&record(), &State::Created);
        add_size(&mut shown, 2, 3);
        assert_eq!(
            keys(&shown),
            "Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount \
             Driver Platform MountLabel ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver SizeRw \
             SizeRootFs Mounts Config NetworkSettings"
        );
        assert_eq!(
            keys(&shown["State"]),
            "Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt"
        );
        assert_eq!(
            keys(&shown["Config"]),
            "Hostname Domainname User AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce Env Cmd \
             Image Volumes WorkingDir Entrypoint OnBuild Labels"
        );
        assert_eq!(keys(&shown["GraphDriver"]), "Data Name");
        assert_eq!(shown["GraphDriver"]["Data"]["LowerDir"], "/data/layers/one:/data/layers/two");
    }

    #[test]
    fn times_that_never_were_are_docker_s() {
        let failed = State::Exited {
            started: None,
            finished: at("2026-01-02T03:04:06Z"),
            code: 127,
            error: "no such file".into(),
        };
        let state = &of(&record(), &failed)["State"];
        assert_eq!(state["Status"], "created");
        assert_eq!(state["ExitCode"], 127);
        assert_eq!(state["StartedAt"], NEVER);
        assert_eq!(state["FinishedAt"], NEVER);
        let started = Some(at("2026-01-02T03:04:05Z"));
        let exited =
            State::Exited { started, finished: at("2026-01-02T03:04:06.1Z"), code: 1, error: String::new() };
        let state = &of(&record(), &exited)["State"];
        assert_eq!(state["StartedAt"], "2026-01-02T03:04:05Z");
        assert_eq!(state["FinishedAt"], "2026-01-02T03:04:06.1Z");
    }

    #[test]
    fn a_wish_is_shown_as_docker_takes_it() {
        let mut record = record();
        record.exposed = vec!["80".into()];
        record.stop_signal = libc::SIGINT;
        record.mounts = vec![RecordedMount::Volume {
            name: "v".into(),
            target: "/v".into(),
            read_only: true,
            anonymous: true,
        }];
        let wish = &mut record.wish;
        wish.cap_add = vec!["NET_ADMIN".into(), "ALL".into()];
        wish.mounts = vec![
            MountWish::Bind { source: "/s".into(), target: "/t".into(), read_only: true, recursive: true },
            MountWish::Tmpfs { target: "/tmp".into(), options: vec!["rw".into(), "size=1m".into()] },
        ];
        wish.ulimits = vec![Ulimit { name: "nofile".into(), soft: 1, hard: u64::MAX }];
        wish.init = true;
        wish.stop_timeout = Some(3);
        let shown = of(&record, &State::Created);
        let host = &shown["HostConfig"];
        assert_eq!(host["Binds"], json!(["/s:/t:ro"]));
        assert_eq!(host["CapAdd"], json!(["CAP_NET_ADMIN", "ALL"]));
        assert_eq!(host["Ulimits"], json!([{"Name": "nofile", "Hard": -1, "Soft": 1}]));
        assert!(keys(host).contains("SecurityOpt Tmpfs UTSMode"));
        assert!(keys(host).ends_with("MaskedPaths ReadonlyPaths Init"));
        assert_eq!(host["Tmpfs"], json!({"/tmp": "rw,size=1m"}));
        assert_eq!(shown["Config"]["ExposedPorts"], json!({"80/tcp": {}}));
        assert_eq!(shown["Config"]["Volumes"], json!({"/v": {}}));
        assert_eq!(shown["Config"]["StopSignal"], "SIGINT");
        assert_eq!(shown["Mounts"][0]["Source"], "/data/volumes/v/_data");
    }

    #[test]
    fn the_paths_of_scripts_are_there() {
        let shown = of(&record(), &State::Created);
        for (source, expected) in [
            ("{{.State.Running}} {{.State.Pid}}", "false 0"),
            ("{{.NetworkSettings.IPAddress}}|{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", "|"),
            ("{{.HostConfig.NetworkMode}}", "bridge"),
            ("{{.ID}}", &"a".repeat(64)),
            ("{{index .Config.Labels \"b\"}} {{.Name}}", "x=y /web"),
            ("{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.LogConfig.Type}}", "no json-file"),
            ("{{range .Config.Env}}{{.}}{{end}}", "PATH=/bin"),
        ] {
            assert_eq!(template::inspect(source, &shown).unwrap(), expected, "{source}");
        }
    }
}
