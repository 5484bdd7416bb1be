//! `os/architecture[/variant]`, or one of the two by itself.

const SYSTEMS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];
const ARCHITECTURES: [&str; 25] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "ppc64",
    "ppc64le",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
    "wasm32",
];

/// System and architecture of `text`; what it does not say is `host`'s. `None`: it is no platform.
pub(super) fn parse(text: &str, host: (&str, &str)) -> Option<(String, String)> {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let parts: Vec<&str> = text.split('/').collect();
    if !parts.iter().all(|part| plain(part)) {
        return None;
    }
    match parts.as_slice() {
        [one] if SYSTEMS.contains(&system(one).as_str()) => Some((system(one), host.1.to_owned())),
        [one] if ARCHITECTURES.contains(&architecture(one).as_str()) => {
            Some((host.0.to_owned(), architecture(one)))
        }
        [first, second] | [first, second, _] => Some((system(first), architecture(second))),
        _ => None,
    }
}

fn system(text: &str) -> String {
    match text.to_lowercase().as_str() {
        "macos" => "darwin".to_owned(),
        other => other.to_owned(),
    }
}

fn architecture(text: &str) -> String {
    match text.to_lowercase().as_str() {
        "i386" => "386".to_owned(),
        "x86_64" | "x86-64" => "amd64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        "armhf" | "armel" => "arm".to_owned(),
        other => other.to_owned(),
    }
}
