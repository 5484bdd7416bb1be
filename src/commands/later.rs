//! Flags of docker's that rcon knows and cannot honour yet. None is swallowed: each is parsed by its
//! type and refused with its reason, unless its value asks for nothing. Whoever makes one work moves its
//! row into the verb's arguments.

use super::parse::{duration::duration, number, size::ram_in_bytes};
use super::verb::Purpose;
use crate::error::{Error, Kind, Result};
use clap::builder::{Command, ValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};

/// One flag that is known, and refused.
#[derive(Debug)]
pub(super) struct Later {
    long: &'static str,
    short: Option<char>,
    kind: Type,
    /// Values that ask for what is so anyway, and are therefore taken.
    harmless: &'static [&'static str],
    /// Why it is refused.
    why: &'static str,
}

/// docker's types of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    List,
    Switch,
    Int,
    Uint,
    Uint16,
    Bytes,
    Decimal,
    Duration,
}
use Type::*;

const OFF: &[&str] = &["false"];
const LIMITS: &str = "resource limits need a cgroup, and containers have none yet";
const DEVICES: &str = "containers get the standard devices only";
const HEALTH: &str = "health checks are not there yet";
const ONE_ADDRESS: &str = "a container has one address of each kind on a network";
const CLUSTERS: &str = "it is for networks of several hosts, and rcon knows this one only";
const NAMESPACES: &str = "each container gets this namespace of its own";
const WINDOWS: &str = "it is a setting of Windows";
const ONE_PLATFORM: &str = "an image is kept for one platform";
const CHECKPOINTS: &str = "checkpoints are not there yet";
const NO_DAEMON: &str = "rcon has no daemon to connect to";

/// `run` and `create`.
pub(super) const CONTAINER: &[Later] = &[
    flag("annotation", List, NO_RUNTIME),
    flag("blkio-weight", Uint16, LIMITS).harmless(&["0"]),
    flag("blkio-weight-device", List, LIMITS),
    flag("cgroup-parent", Text, LIMITS).harmless(&[""]),
    flag("cgroupns", Text, NAMESPACES).harmless(&["", "private"]),
    flag("cpu-count", Int, WINDOWS).harmless(&["0"]),
    flag("cpu-percent", Int, WINDOWS).harmless(&["0"]),
    flag("cpu-period", Int, LIMITS).harmless(&["0"]),
    flag("cpu-quota", Int, LIMITS).harmless(&["0"]),
    flag("cpu-rt-period", Int, LIMITS).harmless(&["0"]),
    flag("cpu-rt-runtime", Int, LIMITS).harmless(&["0"]),
    flag("cpu-shares", Int, LIMITS).short('c').harmless(&["0"]),
    flag("cpus", Decimal, LIMITS).harmless(&["0"]),
    flag("cpuset-cpus", Text, LIMITS).harmless(&[""]),
    flag("cpuset-mems", Text, LIMITS).harmless(&[""]),
    flag("device", List, DEVICES),
    flag("device-cgroup-rule", List, DEVICES),
    flag("device-read-bps", List, LIMITS),
    flag("device-read-iops", List, LIMITS),
    flag("device-write-bps", List, LIMITS),
    flag("device-write-iops", List, LIMITS),
    flag("disable-content-trust", Switch, "signatures of images are not checked").harmless(&["true"]),
    flag("domainname", Text, "NIS domain names are not set").harmless(&[""]),
    flag("gpus", List, DEVICES),
    flag("group-add", List, "a process gets the groups of its user only"),
    flag("health-cmd", Text, HEALTH).harmless(&[""]),
    flag("health-interval", Duration, HEALTH).harmless(&["0", "0s"]),
    flag("health-retries", Int, HEALTH).harmless(&["0"]),
    flag("health-start-interval", Duration, HEALTH).harmless(&["0", "0s"]),
    flag("health-start-period", Duration, HEALTH).harmless(&["0", "0s"]),
    flag("health-timeout", Duration, HEALTH).harmless(&["0", "0s"]),
    flag("io-maxbandwidth", Bytes, WINDOWS).harmless(&["0"]),
    flag("io-maxiops", Uint, WINDOWS).harmless(&["0"]),
    flag("ipc", Text, NAMESPACES).harmless(&["", "private"]),
    flag("isolation", Text, WINDOWS).harmless(&["", "default"]),
    flag("kernel-memory", Bytes, "the kernel dropped this limit").harmless(&["0"]),
    flag("link-local-ip", List, ONE_ADDRESS),
    flag("log-driver", Text, "logs are kept in json-file's form only").harmless(&["", "json-file"]),
    flag("log-opt", List, "logs are neither rotated nor tagged yet"),
    flag("memory", Bytes, LIMITS).short('m').harmless(&["0"]),
    flag("memory-reservation", Bytes, LIMITS).harmless(&["0"]),
    flag("memory-swap", Bytes, LIMITS).harmless(&["0", "-1"]),
    flag("memory-swappiness", Int, LIMITS).harmless(&["-1"]),
    flag("mount", List, "say it with --volume or --tmpfs"),
    // Nothing checks health yet, so that nothing has to be kept from it.
    flag("no-healthcheck", Switch, HEALTH).harmless(&["true", "false"]),
    flag("oom-kill-disable", Switch, LIMITS).harmless(OFF),
    flag("oom-score-adj", Int, LIMITS).harmless(&["0"]),
    flag("pid", Text, NAMESPACES).harmless(&["", "private"]),
    flag("pids-limit", Int, LIMITS).harmless(&["0", "-1"]),
    flag("restart", Text, "nothing restarts a container by itself yet").harmless(&["", "no"]),
    flag("runtime", Text, NO_RUNTIME).harmless(&[""]),
    flag("storage-opt", List, "overlayfs without root has no quota"),
    flag("sysctl", List, "kernel parameters of a container are fixed"),
    flag("use-api-socket", Switch, NO_DAEMON).harmless(OFF),
    flag("userns", Text, NAMESPACES).harmless(&["", "private"]),
    flag("uts", Text, NAMESPACES).harmless(&["", "private"]),
    flag("volume-driver", Text, "volumes are directories of yours").harmless(&["", "local"]),
    flag("volumes-from", List, "name the volumes with --volume"),
];
const NO_RUNTIME: &str = "rcon is its own runtime, and there is no other to tell";

/// `start`.
pub(super) const START: &[Later] = &[
    flag("checkpoint", Text, CHECKPOINTS).harmless(&[""]),
    flag("checkpoint-dir", Text, CHECKPOINTS).harmless(&[""]),
];

/// `rm`.
pub(super) const RM: &[Later] =
    &[flag("link", Switch, "a link goes with the container that has it").short('l').harmless(OFF)];

/// `update`.
pub(super) const UPDATE: &[Later] = &[
    flag("blkio-weight", Uint16, LIMITS),
    flag("cpu-period", Int, LIMITS),
    flag("cpu-quota", Int, LIMITS),
    flag("cpu-rt-period", Int, LIMITS),
    flag("cpu-rt-runtime", Int, LIMITS),
    flag("cpu-shares", Int, LIMITS).short('c'),
    flag("cpus", Decimal, LIMITS),
    flag("cpuset-cpus", Text, LIMITS),
    flag("cpuset-mems", Text, LIMITS),
    flag("kernel-memory", Bytes, "the kernel dropped this limit"),
    flag("memory", Bytes, LIMITS).short('m'),
    flag("memory-reservation", Bytes, LIMITS),
    flag("memory-swap", Bytes, LIMITS),
    flag("pids-limit", Int, LIMITS),
    flag("restart", Text, "nothing restarts a container by itself yet").harmless(&["no"]),
];

/// `network connect`.
pub(super) const CONNECT: &[Later] = &[flag("link-local-ip", List, ONE_ADDRESS)];

/// `network create`.
pub(super) const NETWORK_CREATE: &[Later] = &[
    flag("config-from", Text, CLUSTERS).harmless(&[""]),
    flag("config-only", Switch, CLUSTERS).harmless(OFF),
    flag("ingress", Switch, CLUSTERS).harmless(OFF),
    flag("ipam-driver", Text, "addresses are given out by rcon itself").harmless(&["", "default"]),
    flag("ipam-opt", List, "addresses are given out by rcon itself"),
    flag("scope", Text, CLUSTERS).harmless(&["", "local"]),
];

/// `rmi`, `history`, `image inspect`.
pub(super) const PLATFORM: &[Later] = &[flag("platform", List, ONE_PLATFORM)];

/// `pull`.
pub(super) const PULL: &[Later] = &[TRUST];

/// `push`.
pub(super) const PUSH: &[Later] = &[
    TRUST,
    flag("encryption-key", List, NO_SIGNING),
    flag("platform", Text, ONE_PLATFORM),
    flag("remove-signatures", Switch, NO_SIGNING).harmless(OFF),
    flag("sign-by", Text, NO_SIGNING),
    flag("sign-by-sigstore", Text, NO_SIGNING),
    flag("sign-by-sigstore-private-key", Text, NO_SIGNING),
    flag("sign-passphrase-file", Text, NO_SIGNING),
];

/// docker's way to say that nothing is to be verified, which is so.
const TRUST: Later =
    flag("disable-content-trust", Switch, "content trust is not supported").harmless(&["true"]);
const NO_SIGNING: &str =
    "signatures and encryption are not supported; sign with cosign or notation after the push";

/// `build`: docker's flags of the classic builder, buildx's of what rcon does not do, podman's own.
pub(super) const BUILD: &[Later] = &[
    flag("all-platforms", Switch, "name them with --platform").harmless(OFF),
    flag("cache-ttl", Duration, "remove what is old with: rcon builder prune --filter until=TIME"),
    flag("cap-add", List, STEPS),
    flag("cap-drop", List, STEPS),
    flag("cert-dir", Text, "certificates are where docker and podman keep them").harmless(&[""]),
    flag("cgroup-parent", Text, LIMITS).harmless(&[""]),
    flag("cgroupns", Text, NAMESPACES).harmless(&["", "private"]),
    flag("compat-volumes", Switch, "what steps put into a volume stays in the image").harmless(OFF),
    // The context is not sent anywhere.
    flag("compress", Switch, "").harmless(BOTH),
    flag("cpp-flag", List, "files are not handed to cpp: write Containerfile.in out first"),
    flag("cpu-period", Int, LIMITS).harmless(&["0"]),
    flag("cpu-quota", Int, LIMITS).harmless(&["0"]),
    flag("cpu-shares", Int, LIMITS).short('c').harmless(&["0"]),
    flag("cpuset-cpus", Text, LIMITS).harmless(&[""]),
    flag("cpuset-mems", Text, LIMITS).harmless(&[""]),
    flag("created-annotation", Switch, "that annotation is not made").harmless(OFF),
    flag("creds", Text, "log in with rcon login").harmless(&[""]),
    flag("cw", Text, "confidential workloads are not supported").harmless(&[""]),
    flag("decryption-key", List, NO_SIGNING),
    flag("device", List, DEVICES),
    // Layers in the store are not compressed anyway.
    flag("disable-compression", Switch, "").harmless(BOTH),
    flag("disable-content-trust", Switch, "content trust is not supported").harmless(&["true"]),
    flag("dns", List, STEPS),
    flag("dns-option", List, STEPS),
    flag("dns-search", List, STEPS),
    flag("env", List, "write ENV in the Dockerfile"),
    // There are no containers between steps to be kept.
    flag("force-rm", Switch, "").harmless(BOTH),
    flag("from", Text, "say it with --build-context IMAGE=docker-image://OTHER").harmless(&[""]),
    flag("group-add", List, "a process gets the groups of its user only"),
    flag("hooks-dir", List, NO_RUNTIME),
    flag("http-proxy", Switch, "set the variables empty with --build-arg").harmless(&["true"]),
    flag("identity-label", Switch, "that label is not made").harmless(OFF),
    flag("inherit-annotations", Switch, "annotations of bases are not taken over").harmless(OFF),
    flag("inherit-labels", Switch, "labels of bases are taken over").harmless(&["true"]),
    flag("ipc", Text, NAMESPACES).harmless(&["", "private"]),
    flag("layer-label", List, "layers have no labels"),
    flag("logfile", Text, "redirect standard error").harmless(&[""]),
    flag("logsplit", Switch, "redirect standard error").harmless(OFF),
    flag("manifest", Text, "use rcon manifest create and add").harmless(&[""]),
    flag("memory", Bytes, LIMITS).short('m').harmless(&["0"]),
    flag("memory-swap", Bytes, LIMITS).harmless(&["0", "-1"]),
    flag("no-hostname", Switch, STEPS).harmless(OFF),
    flag("no-hosts", Switch, STEPS).harmless(OFF),
    flag("omit-history", Switch, "images have their history").harmless(OFF),
    flag("os-feature", List, WINDOWS),
    flag("os-version", Text, WINDOWS).harmless(&[""]),
    flag("pid", Text, NAMESPACES).harmless(&["", "private"]),
    flag("policy", List, "policies of sources are not supported"),
    flag("resource", List, LIMITS),
    flag("retry", Int, RETRIES).harmless(&["3"]),
    flag("retry-delay", Duration, RETRIES),
    // --timestamp does that.
    flag("rewrite-timestamp", Switch, "").harmless(BOTH),
    flag("rm", Switch, "").harmless(BOTH),
    flag("runtime", Text, NO_RUNTIME).harmless(&[""]),
    flag("runtime-flag", List, NO_RUNTIME),
    flag("sbom-image-output", Text, NO_SBOM).harmless(&[""]),
    flag("sbom-image-purl-output", Text, NO_SBOM).harmless(&[""]),
    flag("sbom-merge-strategy", Text, NO_SBOM).harmless(&[""]),
    flag("sbom-output", Text, NO_SBOM).harmless(&[""]),
    flag("sbom-purl-output", Text, NO_SBOM).harmless(&[""]),
    flag("sbom-scanner-command", List, NO_SBOM),
    flag("sbom-scanner-image", Text, NO_SBOM).harmless(&[""]),
    flag("sign-by", Text, NO_SIGNING).harmless(&[""]),
    flag("skip-unused-stages", Switch, "stages that nothing needs are not built").harmless(&["true"]),
    flag("stdin", Switch, "steps have no input").harmless(OFF),
    flag("unsetannotation", List, "nothing is taken over that this could remove"),
    flag("unsetenv", List, "write ENV in the Dockerfile"),
    flag("unsetlabel", List, "write LABEL in the Dockerfile"),
    flag("userns", Text, NAMESPACES).harmless(&["", "private"]),
    flag("userns-gid-map", List, NAMESPACES),
    flag("userns-gid-map-group", Text, NAMESPACES).harmless(&[""]),
    flag("userns-uid-map", List, NAMESPACES),
    flag("userns-uid-map-user", Text, NAMESPACES).harmless(&[""]),
    flag("uts", Text, NAMESPACES).harmless(&["", "private"]),
    flag("volume", List, "say it with RUN --mount=type=bind, and --build-context for a folder").short('v'),
];
const BOTH: &[&str] = &["true", "false"];
const STEPS: &str = "steps are confined in one way, and named so in the Dockerfile";
const RETRIES: &str = "how often a registry is asked is fixed";
const NO_SBOM: &str = "rcon makes no attestations";

/// `buildx bake`.
pub(super) const BUILDX_BAKE: &[Later] = &[flag("policy", List, "policies of sources are not supported")];

/// `buildx rm`.
pub(super) const BUILDX_RM: &[Later] = &[
    // There is neither a daemon nor a state of its own behind a name.
    flag("keep-daemon", Switch, "").harmless(BOTH),
    flag("keep-state", Switch, "").harmless(BOTH),
];

/// Before the verb.
pub(super) const GLOBAL: &[Later] = &[
    flag("host", List, NO_DAEMON).short('H'),
    flag("context", Text, NO_DAEMON).short('c').harmless(&["", "default"]),
    flag("tls", Switch, NO_DAEMON).harmless(OFF),
    flag("tlscacert", Text, NO_DAEMON),
    flag("tlscert", Text, NO_DAEMON),
    flag("tlskey", Text, NO_DAEMON),
    flag("tlsverify", Switch, NO_DAEMON).harmless(OFF),
];

/// A verb of which all flags are honoured.
pub(super) const NONE: &[Later] = &[];

const fn flag(long: &'static str, kind: Type, why: &'static str) -> Later {
    Later { long, short: None, kind, harmless: &[], why }
}

impl Later {
    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn harmless(mut self, values: &'static [&'static str]) -> Self {
        self.harmless = values;
        self
    }

    fn arg(&self) -> Arg {
        let arg = Arg::new(self.long).long(self.long).hide(true).help(self.why);
        let arg = self.short.map_or(arg.clone(), |short| arg.short(short));
        match self.kind {
            Switch => arg.action(ArgAction::SetTrue),
            List => arg.action(ArgAction::Append),
            kind => arg.action(ArgAction::Set).value_parser(ValueParser::new(move |typed: &str| {
                check(kind, typed).map(|()| typed.to_owned())
            })),
        }
    }

    /// What was typed for it, as text.
    fn typed(&self, matches: &ArgMatches) -> Vec<String> {
        if matches.value_source(self.long) != Some(ValueSource::CommandLine) {
            return Vec::new();
        }
        match self.kind {
            Switch => matches.get_one::<bool>(self.long).map(bool::to_string).into_iter().collect(),
            _ => matches.get_many::<String>(self.long).into_iter().flatten().cloned().collect(),
        }
    }
}

fn check(kind: Type, typed: &str) -> Result<()> {
    match kind {
        Text | List | Switch => Ok(()),
        Int => number::int(typed).map(drop),
        Uint => number::uint(typed).map(drop),
        Uint16 => number::uint16(typed).map(drop),
        Bytes if typed == "-1" => Ok(()),
        Bytes => ram_in_bytes(typed).map(drop),
        Decimal => number::decimal(typed).map(drop),
        Duration => duration(typed).map(drop),
    }
}

/// Makes `rows` known to a `command` that parses. Nothing that is written about a command names them.
pub(super) fn augment(command: Command, rows: &[Later], purpose: Purpose) -> Command {
    match purpose {
        Purpose::Parsing => rows.iter().fold(command, |command, row| command.arg(row.arg())),
        Purpose::Usual | Purpose::Reference => command,
    }
}

/// Refuses the first of `rows` that asks for something.
pub(super) fn refuse(rows: &[Later], matches: &ArgMatches) -> Result<()> {
    let asked = |row: &&Later| row.typed(matches).iter().any(|value| !row.harmless.contains(&value.as_str()));
    rows.iter().find(asked).map_or(Ok(()), |row| {
        let what = match row.why {
            NO_DAEMON => format!("--{} is not supported", row.long),
            _ => format!("--{} is not supported yet", row.long),
        };
        Err(Error::new(Kind::Unsupported, what).because(row.why))
    })
}
