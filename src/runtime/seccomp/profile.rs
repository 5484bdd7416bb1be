//! `--security-opt seccomp=FILE`: the JSON that docker and podman read, and that of the OCI runtime
//! specification (config-linux.md, "Seccomp"), which is the same with `architectures` for `archMap`.
//!
//! Where several entries match a call, the strictest decides. Two things are read more strictly than
//! libseccomp does: arguments that the kernel takes as an `int` are compared as one, and i386's
//! socketcall(2) cannot do what the profile denies to the call of that name. x32 stays shut.

use std::collections::BTreeMap;

use caps::Capability;
use serde::Deserialize;

use super::compile::{Action, Clause, Comparison, Condition, Rule, Table, Width, compile};
use super::instruction::Program;
use super::numbers::number;
use super::{Abi, Arch, NOT_IMPLEMENTED};
use crate::error::{Error, Kind, Result};

/// Longest profile, in bytes; docker's own has 13 thousand.
const MAX_TEXT: usize = 1 << 20;
/// Most conditions in one entry; the kernel's calls have six arguments.
const MAX_CONDITIONS: usize = 32;
/// Most clauses of one ABI before they are compiled; far more than fit in a program.
const MAX_CLAUSES: usize = 16_384;
/// Highest error number a system call returns (`MAX_ERRNO`, linux/err.h).
const MAX_ERRNO: u32 = 4095;

/// A profile that was read and understood; [`Self::program`] fits it to a container.
#[derive(Debug, Clone)]
pub struct Profile {
    default: Action,
    /// Whether it filters i386's calls, instead of leaving them refused.
    covers_i386: bool,
    entries: Vec<Entry>,
}

/// One element of `syscalls`.
#[derive(Debug, Clone)]
struct Entry {
    names: Vec<String>,
    action: Action,
    conditions: Vec<(u8, Comparison)>,
    includes: Selection,
    excludes: Selection,
}

/// For which containers and hosts an entry is meant.
#[derive(Debug, Clone, Default)]
struct Selection {
    capabilities: Vec<String>,
    architectures: Vec<String>,
    kernel: Option<(u32, u32)>,
}

impl Profile {
    /// Reads a profile. It never panics, whatever the text.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for what is no profile or names an unknown action, operator or architecture;
    /// [`Kind::Unsupported`] for the actions that need another process (`TRACE`, `NOTIFY`).
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_TEXT {
            return Err(invalid(format!("it is longer than {MAX_TEXT} bytes")));
        }
        let file: File = serde_json::from_str(text).map_err(invalid)?;
        let default = action(&file.default_action, file.default_errno_ret, file.default_errno.as_deref())?;
        let covers_i386 = file.covers_i386()?;
        let entries =
            file.syscalls.unwrap_or_default().into_iter().map(Entry::read).collect::<Result<_>>()?;
        Ok(Self { default, covers_i386, entries })
    }

    /// The program for a container whose bounding set is `bounding` (bit N: capability N) on a kernel of
    /// version `kernel` (major, minor).
    ///
    /// # Errors
    /// [`Kind::Unsupported`] when the profile is too long for a program.
    pub fn program(&self, arch: Arch, bounding: u64, kernel: (u32, u32)) -> Result<Program> {
        let entries: Vec<_> =
            self.entries.iter().filter(|entry| entry.is_meant_for(arch, bounding, kernel)).collect();
        let mut tables = vec![self.table(arch.abi(), &entries)?];
        if arch == Arch::X86_64 {
            tables.push(if self.covers_i386 {
                self.table(Abi::I386, &entries)?
            } else {
                Table { abi: Abi::I386, rules: Vec::new(), default: NOT_IMPLEMENTED }
            });
        }
        compile(tables)
    }

    fn table(&self, abi: Abi, entries: &[&Entry]) -> Result<Table> {
        let mut clauses = BTreeMap::<u32, Vec<Clause>>::new();
        let mut count = 0;
        for entry in entries {
            for name in &entry.names {
                // An unknown name is a call of another architecture, or of a newer kernel.
                let Some(number) = number(abi, name) else { continue };
                let more = entry.clauses(name);
                count += more.len();
                if count > MAX_CLAUSES {
                    return Err(Error::new(Kind::Unsupported, "compiling the seccomp profile")
                        .because(format!("it has more than {MAX_CLAUSES} rules for single calls")));
                }
                clauses.entry(number).or_default().extend(more);
            }
        }
        let mut rules: BTreeMap<_, _> = clauses
            .into_iter()
            .map(|(number, clauses)| (number, strictest_first(clauses, self.default)))
            .collect();
        if abi == Abi::I386 {
            bind_socketcall(&mut rules, self.default);
        }
        Ok(Table { abi, rules: rules.into_iter().collect(), default: self.default })
    }
}

/// The rule in which, of the clauses that hold, the strictest decides.
fn strictest_first(mut clauses: Vec<Clause>, default: Action) -> Rule {
    clauses.sort_by_key(|clause| std::cmp::Reverse(clause.action.strictness()));
    let unconditional = clauses.iter().position(|clause| clause.conditions.is_empty());
    let otherwise = unconditional.map_or(default, |index| clauses[index].action);
    clauses.truncate(unconditional.unwrap_or(clauses.len()));
    Rule { clauses, otherwise }
}

/// The direct forms of socketcall's numbers 1 to 20 (linux/net.h); those of 5, 9 and 10 are the calls
/// that took their place on i386.
const SOCKETCALLS: [&str; 20] = [
    "socket",
    "bind",
    "connect",
    "listen",
    "accept4",
    "getsockname",
    "getpeername",
    "socketpair",
    "sendto",
    "recvfrom",
    "sendto",
    "recvfrom",
    "shutdown",
    "setsockopt",
    "getsockopt",
    "sendmsg",
    "recvmsg",
    "accept4",
    "recvmmsg",
    "sendmmsg",
];

/// Keeps socketcall(2), whose arguments lie behind a pointer, from doing what is denied to a direct call.
fn bind_socketcall(rules: &mut BTreeMap<u32, Rule>, default: Action) {
    let Some(socketcall) = number(Abi::I386, "socketcall") else { return };
    let mut refusals = Vec::new();
    for (name, code) in SOCKETCALLS.iter().zip(1..) {
        let direct = number(Abi::I386, name).and_then(|number| rules.get(&number));
        let refusal = match direct {
            Some(rule) if !rule.clauses.is_empty() => NOT_IMPLEMENTED,
            Some(rule) => rule.otherwise,
            None => default,
        };
        if !matches!(refusal, Action::Allow | Action::Log) {
            let conditions = vec![Condition::int(0, Comparison::Equal(code))];
            refusals.push(Clause { conditions, action: refusal });
        }
    }
    let rule = rules.entry(socketcall).or_insert_with(|| Rule::always(default));
    rule.clauses.splice(0..0, refusals);
}

impl Entry {
    fn read(entry: EntryText) -> Result<Self> {
        let action = action(&entry.action, entry.errno_ret, entry.errno.as_deref())?;
        let mut names = entry.names.unwrap_or_default();
        names.extend(entry.name.filter(|name| !name.is_empty()));
        if names.is_empty() {
            return Err(invalid("an element of `syscalls` has no `names`"));
        }
        let conditions: Vec<_> =
            entry.args.unwrap_or_default().iter().map(ConditionText::read).collect::<Result<_>>()?;
        if conditions.len() > MAX_CONDITIONS {
            return Err(invalid(format!("`{}` has more than {MAX_CONDITIONS} `args`", names[0])));
        }
        let includes = entry.includes.unwrap_or_default().read()?;
        let excludes = entry.excludes.unwrap_or_default().read()?;
        Ok(Self { names, action, conditions, includes, excludes })
    }

    fn is_meant_for(&self, arch: Arch, bounding: u64, kernel: (u32, u32)) -> bool {
        let held = |name: &String| {
            name.parse::<Capability>().is_ok_and(|capability| bounding & capability.bitmask() != 0)
        };
        let here = |name: &String| name == architecture_name(arch);
        let (wanted, unwanted) = (&self.includes, &self.excludes);
        wanted.capabilities.iter().all(held)
            && (wanted.architectures.is_empty() || wanted.architectures.iter().any(here))
            && wanted.kernel.is_none_or(|least| kernel >= least)
            && !unwanted.capabilities.iter().any(held)
            && !unwanted.architectures.iter().any(here)
            && unwanted.kernel.is_none_or(|least| kernel < least)
    }

    /// What the entry says about the call `name`. As in docker, conditions hold together, unless two of
    /// them are about the same argument: then each stands for itself.
    fn clauses(&self, name: &str) -> Vec<Clause> {
        let conditions: Vec<_> =
            self.conditions.iter().map(|&(argument, it)| condition(name, argument, it)).collect();
        let mut seen = 0_u8;
        let repeated = self.conditions.iter().any(|&(argument, _)| {
            let bit = 1 << argument;
            let again = seen & bit != 0;
            seen |= bit;
            again
        });
        let action = self.action;
        if repeated {
            conditions.into_iter().map(|it| Clause { conditions: vec![it], action }).collect()
        } else {
            vec![Clause { conditions, action }]
        }
    }
}

/// The arguments that profiles compare and the kernel reads as 32 bits.
const INT_ARGUMENTS: &[(&str, &[u8])] = &[
    ("bpf", &[0]),
    ("clone", &[0]),
    ("fcntl", &[1]),
    ("ioctl", &[1]),
    ("keyctl", &[0]),
    ("personality", &[0]),
    ("prctl", &[0]),
    ("setns", &[1]),
    ("setsockopt", &[1, 2]),
    ("socket", &[0, 1, 2]),
    ("socketcall", &[0]),
    ("socketpair", &[0, 1, 2]),
];

fn condition(name: &str, argument: u8, comparison: Comparison) -> Condition {
    let value = match comparison {
        Comparison::Equal(value)
        | Comparison::NotEqual(value)
        | Comparison::Less(value)
        | Comparison::LessOrEqual(value)
        | Comparison::Greater(value)
        | Comparison::GreaterOrEqual(value)
        | Comparison::Masked { value, .. } => value,
    };
    // A value that no int has keeps its meaning only in a comparison of 64 bits.
    let int = INT_ARGUMENTS.iter().any(|row| row.0 == name && row.1.contains(&argument))
        && u32::try_from(value).is_ok();
    Condition { argument, width: if int { Width::Int } else { Width::Long }, comparison }
}

/// The name of an architecture in `includes` and `excludes`: Go's.
fn architecture_name(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "amd64",
        Arch::Aarch64 => "arm64",
    }
}

/// The JSON. What is not listed (`comment`, `flags`, `listenerPath`) has no meaning here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    default_action: String,
    default_errno_ret: Option<u32>,
    default_errno: Option<String>,
    arch_map: Option<Vec<ArchitectureText>>,
    architectures: Option<Vec<String>>,
    syscalls: Option<Vec<EntryText>>,
}

impl File {
    /// Whether i386's calls are filtered by the profile, instead of refused. The native ones always are.
    fn covers_i386(&self) -> Result<bool> {
        let map = self.arch_map.as_deref().unwrap_or_default();
        let plain = self.architectures.as_deref().unwrap_or_default();
        if !map.is_empty() && !plain.is_empty() {
            return Err(invalid("it has both `archMap` and `architectures`; one of them is needed"));
        }
        for name in plain.iter().chain(map.iter().flat_map(ArchitectureText::names)) {
            if !name.starts_with("SCMP_ARCH_") {
                return Err(invalid(format!("`{name}` is no architecture (`SCMP_ARCH_X86_64`, ...)")));
            }
        }
        let brings_i386 = |it: &&ArchitectureText| it.architecture == "SCMP_ARCH_X86_64";
        let sub = map.iter().filter(brings_i386).flat_map(ArchitectureText::names);
        Ok(plain.iter().chain(sub).any(|name| name == "SCMP_ARCH_X86"))
    }
}

/// An element of `archMap`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArchitectureText {
    architecture: String,
    sub_architectures: Option<Vec<String>>,
}

impl ArchitectureText {
    fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.architecture).chain(self.sub_architectures.iter().flatten())
    }
}

/// An element of `syscalls`; `name` is what docker wrote before 1.13.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryText {
    names: Option<Vec<String>>,
    name: Option<String>,
    action: String,
    errno_ret: Option<u32>,
    errno: Option<String>,
    args: Option<Vec<ConditionText>>,
    includes: Option<SelectionText>,
    excludes: Option<SelectionText>,
}

/// An element of `args`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConditionText {
    index: u64,
    value: u64,
    value_two: Option<u64>,
    op: String,
}

impl ConditionText {
    fn read(&self) -> Result<(u8, Comparison)> {
        let argument = u8::try_from(self.index)
            .ok()
            .filter(|index| *index < 6)
            .ok_or_else(|| invalid(format!("argument {} does not exist; they are 0 to 5", self.index)))?;
        let value = self.value;
        let comparison = match self.op.as_str() {
            "SCMP_CMP_EQ" => Comparison::Equal(value),
            "SCMP_CMP_NE" => Comparison::NotEqual(value),
            "SCMP_CMP_LT" => Comparison::Less(value),
            "SCMP_CMP_LE" => Comparison::LessOrEqual(value),
            "SCMP_CMP_GT" => Comparison::Greater(value),
            "SCMP_CMP_GE" => Comparison::GreaterOrEqual(value),
            "SCMP_CMP_MASKED_EQ" => {
                Comparison::Masked { mask: value, value: self.value_two.unwrap_or_default() }
            }
            other => return Err(invalid(format!("`{other}` is no operator (`SCMP_CMP_EQ`, ...)"))),
        };
        Ok((argument, comparison))
    }
}

/// `includes` or `excludes`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SelectionText {
    caps: Option<Vec<String>>,
    arches: Option<Vec<String>>,
    min_kernel: Option<String>,
}

impl SelectionText {
    fn read(self) -> Result<Selection> {
        let kernel = self.min_kernel.filter(|version| !version.is_empty());
        Ok(Selection {
            capabilities: self.caps.unwrap_or_default(),
            architectures: self.arches.unwrap_or_default(),
            kernel: kernel.map(|version| kernel_version(&version)).transpose()?,
        })
    }
}

/// Major and minor of `5.10` or `5.10.3`.
fn kernel_version(text: &str) -> Result<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err(invalid(format!("`{text}` is no version of a kernel (`5.10`)"))),
    }
}

/// The action `name`; `number`, or else `symbol`, is what `SCMP_ACT_ERRNO` returns, `EPERM` without both.
fn action(name: &str, number: Option<u32>, symbol: Option<&str>) -> Result<Action> {
    Ok(match name {
        "SCMP_ACT_ALLOW" => Action::Allow,
        "SCMP_ACT_LOG" => Action::Log,
        "SCMP_ACT_ERRNO" => Action::Errno(errno(number, symbol)?),
        "SCMP_ACT_TRAP" => Action::Trap,
        "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => Action::KillThread,
        "SCMP_ACT_KILL_PROCESS" => Action::KillProcess,
        "SCMP_ACT_TRACE" => return Err(needs_another(name, "a tracer for the life of the container")),
        "SCMP_ACT_NOTIFY" => return Err(needs_another(name, "an agent that answers each call")),
        other => return Err(invalid(format!("`{other}` is no action (`SCMP_ACT_ALLOW`, ...)"))),
    })
}

fn errno(number: Option<u32>, symbol: Option<&str>) -> Result<u16> {
    let number = match (number, symbol.filter(|symbol| !symbol.is_empty())) {
        (Some(number), _) => number,
        (None, None | Some("EPERM")) => 1,
        (None, Some("EACCES")) => 13,
        (None, Some("EINVAL")) => 22,
        (None, Some("ENOSYS")) => 38,
        (None, Some("EOPNOTSUPP" | "ENOTSUP")) => 95,
        (None, Some("EAFNOSUPPORT")) => 97,
        (None, Some(other)) => {
            return Err(invalid(format!("`{other}` is no error number known here"))
                .fix("give it as a number in `errnoRet`"));
        }
    };
    u16::try_from(number)
        .ok()
        .filter(|number| u32::from(*number) <= MAX_ERRNO)
        .ok_or_else(|| invalid(format!("`errnoRet` is {number}; the highest error number is {MAX_ERRNO}")))
}

fn invalid(why: impl std::fmt::Display) -> Error {
    Error::new(Kind::Invalid, "reading the seccomp profile").because(why)
}

fn needs_another(action: &str, what: &str) -> Error {
    Error::new(Kind::Unsupported, "reading the seccomp profile")
        .because(format!("`{action}` needs {what}, and there is no daemon that would be it"))
        .fix("use `SCMP_ACT_ERRNO` or `SCMP_ACT_LOG` in its place")
}

#[cfg(test)]
mod tests {
    use super::super::NOT_PERMITTED;
    use super::super::emulate::{Call, answers};
    use super::*;

    const KERNEL: (u32, u32) = (6, 1);
    const X86_64: u32 = 0xc000_003e;
    const I386: u32 = 0x4000_0003;

    fn program(text: &str, bounding: u64) -> Program {
        Profile::parse(text).unwrap().program(Arch::X86_64, bounding, KERNEL).unwrap()
    }

    fn call(name: &str) -> Call {
        Call::new(X86_64, number(Abi::X86_64, name).unwrap())
    }

    /// A profile that denies by default and has `entries` in `syscalls`.
    fn denying(entries: &str) -> String {
        format!(r#"{{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{entries}]}}"#)
    }

    #[test]
    fn a_profile_of_docker_is_read() {
        let text = r#"{
            "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
            "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
                        {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
            "syscalls": [
                {"names": ["read", "no_such_call"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": ""},
                {"name": "write", "action": "SCMP_ACT_LOG", "includes": {}, "excludes": {}},
                {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
                {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "errno": "EPERM",
                 "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
                {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
                {"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.2"}},
                {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64", "x32"]}},
                {"names": ["tee"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64"]}},
                {"names": ["sync"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["amd64"]}}
            ]}"#;
        let plain = program(text, 0);
        for (name, action) in [
            ("read", Action::Allow),
            ("write", Action::Log),
            ("mount", NOT_PERMITTED),
            ("ptrace", Action::Allow),
            ("bpf", NOT_IMPLEMENTED),
            ("arch_prctl", Action::Allow),
            ("tee", NOT_IMPLEMENTED),
            ("sync", NOT_IMPLEMENTED),
            ("open", NOT_IMPLEMENTED),
        ] {
            assert!(answers(&plain, &call(name), action), "{name}");
        }
        assert!(answers(&program(text, 1 << 21), &call("mount"), Action::Allow));
        assert!(answers(&plain, &Call::new(I386, 3), Action::Allow));
        assert!(answers(&plain, &Call::new(X86_64, 0x4000_0000), NOT_IMPLEMENTED));
        assert!(answers(&plain, &Call::new(0xc000_00b7, 63), Action::KillProcess));
    }

    #[test]
    fn the_form_of_the_oci_specification_is_read() {
        let text = r#"{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
            "flags": ["SECCOMP_FILTER_FLAG_LOG"],
            "syscalls": [{"names": ["getcwd", "chmod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
                         {"names": ["reboot"], "action": "SCMP_ACT_KILL_PROCESS"},
                         {"names": ["acct"], "action": "SCMP_ACT_KILL"},
                         {"names": ["iopl"], "action": "SCMP_ACT_TRAP"}]}"#;
        let program = program(text, 0);
        assert!(answers(&program, &call("getcwd"), Action::Errno(13)));
        assert!(answers(&program, &call("reboot"), Action::KillProcess));
        assert!(answers(&program, &call("acct"), Action::KillThread));
        assert!(answers(&program, &call("iopl"), Action::Trap));
        assert!(answers(&program, &call("read"), Action::Allow));
        assert!(answers(&program, &Call::new(I386, 3), NOT_IMPLEMENTED));
    }

    #[test]
    fn every_operator_compares_64_bits() {
        let edge = 0x1_0000_0005_u64;
        let around = [0, 5, 6, 0xffff_ffff, edge - 1, edge, edge + 1, 0x2_0000_0000, u64::MAX];
        type Meaning = fn(u64, u64) -> bool;
        let operators: [(&str, Meaning); 6] = [
            ("EQ", |a, b| a == b),
            ("NE", |a, b| a != b),
            ("LT", |a, b| a < b),
            ("LE", |a, b| a <= b),
            ("GT", |a, b| a > b),
            ("GE", |a, b| a >= b),
        ];
        for (operator, meaning) in operators {
            let args = format!(r#"[{{"index": 1, "value": {edge}, "op": "SCMP_CMP_{operator}"}}]"#);
            let entry = format!(r#"{{"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": {args}}}"#);
            let program = program(&denying(&entry), 0);
            for value in around {
                let expected = if meaning(value, edge) { Action::Allow } else { NOT_PERMITTED };
                assert!(answers(&program, &call("lseek").with(1, value), expected), "{value:#x} {operator}");
            }
        }
        let program = program(
            &denying(
                r#"{"names": ["clone"], "action": "SCMP_ACT_ALLOW",
                "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}"#,
            ),
            0,
        );
        assert!(answers(&program, &call("clone").with(0, 17), Action::Allow));
        assert!(answers(&program, &call("clone").with(0, 0x1000_0011), NOT_PERMITTED));
    }

    #[test]
    fn an_int_argument_is_compared_as_the_kernel_reads_it() {
        let program = program(
            r#"{"defaultAction": "SCMP_ACT_ALLOW", "archMap":
                [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
                "syscalls": [{"names": ["socket"], "action": "SCMP_ACT_ERRNO",
                "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_EQ"}]}]}"#,
            0,
        );
        assert!(answers(&program, &call("socket").with(0, 40), NOT_PERMITTED));
        assert!(answers(&program, &call("socket").with(0, 40 | 1 << 32), NOT_PERMITTED));
        assert!(answers(&program, &call("socket").with(0, 2), Action::Allow));
        // 102 is socketcall: making a socket that way could not be checked, connecting may pass.
        assert!(answers(&program, &Call::new(I386, 102).with(0, 1), NOT_IMPLEMENTED));
        assert!(answers(&program, &Call::new(I386, 102).with(0, 3), Action::Allow));
    }

    #[test]
    fn the_strictest_of_the_entries_that_match_decides() {
        let program = program(
            &denying(
                r#"{"names": ["socket"], "action": "SCMP_ACT_ALLOW"},
                {"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 22, "args":
                  [{"index": 0, "value": 16, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 9, "op": "SCMP_CMP_EQ"}]},
                {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args":
                  [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}"#,
            ),
            0,
        );
        assert!(answers(&program, &call("socket").with(0, 16).with(2, 9), Action::Errno(22)));
        assert!(answers(&program, &call("socket").with(0, 16), Action::Allow));
        // Two conditions on one argument are alternatives, as in docker.
        for (domain, action) in [(0, Action::Allow), (8, Action::Allow), (1, NOT_PERMITTED)] {
            assert!(answers(&program, &call("personality").with(0, domain), action));
        }
    }

    #[test]
    fn what_is_no_profile_is_refused_with_the_reason() {
        let entry = |rest: &str| denying(&format!(r#"{{"names": ["read"], {rest}}}"#));
        for (text, reason) in [
            (String::new(), "EOF"),
            ("[]".into(), "invalid"),
            ("{}".into(), "defaultAction"),
            (r#"{"defaultAction": "ALLOW"}"#.into(), "`ALLOW` is no action"),
            (r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096}"#.into(), "4095"),
            (r#"{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["amd64"]}"#.into(), "`amd64`"),
            (entry(r#""action": "SCMP_ACT_TRACE""#), "tracer"),
            (entry(r#""action": "SCMP_ACT_NOTIFY""#), "agent"),
            (entry(r#""action": "SCMP_ACT_ERRNO", "errno": "EWHAT""#), "`EWHAT`"),
            (entry(r#""action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "new"}"#), "`new`"),
            (
                entry(
                    r#""action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]"#,
                ),
                "argument 6",
            ),
            (
                entry(r#""action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 0, "op": "EQ"}]"#),
                "`EQ` is no operator",
            ),
            (entry(r#""action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": -1, "op": ""}]"#), "u64"),
            (denying(r#"{"action": "SCMP_ACT_ALLOW"}"#), "names"),
            (" ".repeat(MAX_TEXT + 1), "longer"),
        ] {
            let error = Profile::parse(&text).unwrap_err().to_string();
            assert!(error.contains(reason), "{error} (for {reason})");
        }
    }

    #[test]
    fn a_huge_profile_is_refused_and_not_compiled() {
        let names = vec![r#""read""#; 100_000].join(",");
        let text = denying(&format!(r#"{{"names": [{names}], "action": "SCMP_ACT_ALLOW"}}"#));
        let error = Profile::parse(&text).unwrap().program(Arch::X86_64, 0, KERNEL).unwrap_err();
        assert_eq!(error.kind, Kind::Unsupported);
    }

    #[test]
    fn no_mutilated_profile_panics() {
        let text = denying(
            r#"{"names": ["socket", "é"], "action": "SCMP_ACT_ALLOW", "errnoRet": 7, "includes":
            {"caps": ["CAP_X", "CAP_SYS_ADMIN"], "minKernel": "4.8.1"}, "args": [{"index": 5, "value":
            18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]}"#,
        );
        for position in 0..text.len() {
            for with in ["", "\0", "9", "\"", "{", "]", "-", "é", "99999999999999999999"] {
                let mut bytes = text.clone().into_bytes();
                bytes.splice(position..=position, with.bytes());
                if let Ok(profile) = Profile::parse(&String::from_utf8_lossy(&bytes)) {
                    assert!(profile.program(Arch::X86_64, u64::MAX, KERNEL).is_ok());
                    assert!(profile.program(Arch::Aarch64, 0, (0, 0)).is_ok());
                }
            }
        }
    }
}
