//! Entering U0: joining the living one, or making it.

use super::idmap::IdMap;
use super::mapping::{Choice, Mapping, Writer};
use crate::error::{Context, Error, Kind, Result};
use crate::sys::fork::{Child, Forked, SingleThreaded, fork};
use crate::sys::process::{Ended, Identity, exit_now, unshare, wait};
use rustix::fs::{Mode, OFlags};
use rustix::thread::ThreadNameSpaceType;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Reads the maps that the U0 of a living monitor has.
///
/// # Errors
/// When the process is gone.
pub fn mapping_of(monitor: &Identity) -> Result<Mapping> {
    mapping_of_process(&monitor.pid.to_string())
}

/// Reads the maps of the user namespace of `process`: a pid, or `self`.
pub fn mapping_of_process(process: &str) -> Result<Mapping> {
    let read = |file: &str| -> Result<super::idmap::IdMap> {
        let path = format!("/proc/{process}/{file}");
        let text = std::fs::read_to_string(&path).what(|| format!("reading {path}"))?;
        super::idmap::IdMap::parse(&text)
            .ok_or_else(|| Error::new(Kind::System, format!("{path} is not an id map")))
    };
    Ok(Mapping { users: read("uid_map")?, groups: read("gid_map")? })
}

/// Joins the U0 in which `monitor` lives, with its mount namespace left alone. setns(2) on a pidfd.
///
/// # Errors
/// `EPERM` when this user does not own it; when the process has several threads.
pub fn join(monitor: &OwnedFd, _proof: &SingleThreaded) -> io::Result<()> {
    rustix::thread::move_into_thread_name_spaces(monitor.as_fd(), ThreadNameSpaceType::USER)?;
    become_root()
}

/// Makes a new U0 around this process.
///
/// A forked child stays outside, since set-uid helpers have no power inside, and writes the maps.
///
/// # Errors
/// The diagnosis of [`refusal`] when user namespaces are refused; what the helpers said.
pub fn make(choice: &Choice, proof: &SingleThreaded) -> Result<()> {
    let (unshared_read, unshared_write) = pipe()?;
    let target = std::process::id();
    let mapper = match fork(proof).what(|| "forking the process that writes the id maps")? {
        Forked::Child => {
            drop(unshared_write);
            let asked = rustix::io::read(&unshared_read, &mut [0u8; 1][..]).is_ok_and(|count| count == 1);
            let done = asked && report(write_maps(target, choice, proof));
            exit_now(if done { 0 } else { 1 })
        }
        Forked::Parent(child) => child,
    };
    unshare(libc::CLONE_NEWUSER).map_err(refusal)?;
    rustix::io::write(&unshared_write, b"x").map_err(io::Error::from).what(|| "asking for the id maps")?;
    drop(unshared_write);
    match wait(mapper.pidfd.as_fd()) {
        Ok(Ended::Code(0)) => {}
        _ => return Err(Error::new(Kind::Denied, "writing the id maps of the user namespace failed")),
    }
    become_root().what(|| "becoming root of the user namespace")
}

/// Takes uid 0 and gid 0 of the namespace, which is the user outside; drops the caller's groups where allowed.
pub fn become_root() -> io::Result<()> {
    let (user, group) = (rustix::fs::Uid::ROOT, rustix::fs::Gid::ROOT);
    rustix::thread::set_thread_res_gid(group, group, group)?;
    // Refused where only one id is mapped (setgroups is denied there); then the groups stay as they were.
    let _ = rustix::thread::set_thread_groups(&[]);
    Ok(rustix::thread::set_thread_res_uid(user, user, user)?)
}

fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
        .map_err(io::Error::from)
        .what(|| "making a pipe")
}

fn report(result: Result<()>) -> bool {
    if let Err(error) = &result {
        let line = format!("rcon: {error}\n");
        let _ = io::Write::write_all(&mut io::stderr(), line.as_bytes());
    }
    result.is_ok()
}

/// Writes both maps of the process `target`, which unshared its user namespace and waits.
///
/// # Errors
/// What a helper said when it refused.
pub fn write_maps(target: u32, choice: &Choice, proof: &SingleThreaded) -> Result<()> {
    match &choice.writer {
        Writer::Ourselves => write_directly(target, &choice.mapping),
        // Side by side: each takes about two milliseconds.
        Writer::Helpers { users, groups } => {
            let users = start_helper(users, target, &choice.mapping.users, proof)?;
            let groups = start_helper(groups, target, &choice.mapping.groups, proof)?;
            users.finish()?;
            groups.finish()
        }
    }
}

/// Writes both maps of the process `target` from here. user_namespaces(7): an unprivileged writer must deny
/// setgroups first.
pub fn write_directly(target: u32, mapping: &Mapping) -> Result<()> {
    if mapping.groups.size() == 1 {
        write_proc(&format!("/proc/{target}/setgroups"), "deny")?;
    }
    write_proc(&format!("/proc/{target}/uid_map"), &mapping.users.to_string())?;
    write_proc(&format!("/proc/{target}/gid_map"), &mapping.groups.to_string())
}

/// One write, as the kernel wants a map; nothing is created or replaced.
pub fn write_proc(path: &str, text: &str) -> Result<()> {
    use std::io::Write;
    std::fs::OpenOptions::new()
        .write(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .what(|| format!("writing {path}"))
}

/// A helper at work, and what it says.
struct Helper<'a> {
    program: &'a Path,
    process: Child,
    said: OwnedFd,
}

/// Forked and executed rather than spawned: to spawn, the caller would sleep until the program is loaded, and
/// the second helper is to begin beside the first.
fn start_helper<'a>(
    program: &'a Path,
    target: u32,
    map: &IdMap,
    proof: &SingleThreaded,
) -> Result<Helper<'a>> {
    let doing = || format!("running {}", program.display());
    let numbers = map.0.iter().flat_map(|line| [line.inside, line.outside, line.count]);
    let words = [program.display().to_string(), target.to_string()].into_iter();
    let words = words.chain(numbers.map(|number| number.to_string())).map(CString::new);
    let arguments = words.collect::<std::result::Result<Vec<_>, _>>().what(doing)?;
    let (said, says) = pipe()?;
    match fork(proof).what(doing)? {
        Forked::Child => {
            let error = prepare_streams(&says).map_or_else(
                |error| error,
                |()| crate::sys::process::execute(&arguments[0], &arguments, &[]),
            );
            let _ = rustix::io::write(&says, error.to_string().as_bytes());
            exit_now(127)
        }
        Forked::Parent(process) => Ok(Helper { program, process, said }),
    }
}

/// Only what it complains of is heard; every other descriptor is closed by execve.
fn prepare_streams(says: &OwnedFd) -> io::Result<()> {
    let null = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok(rustix::stdio::dup2_stderr(says)?)
}

impl Helper<'_> {
    fn finish(self) -> Result<()> {
        let mut said = Vec::new();
        let doing = || format!("waiting for {}", self.program.display());
        File::from(self.said).take(LONGEST_COMPLAINT).read_to_end(&mut said).what(doing)?;
        if wait(self.process.pidfd.as_fd()).what(doing)? == Ended::Code(0) {
            return Ok(());
        }
        let what = format!("{} refused to map the subordinate ids", self.program.display());
        Err(Error::new(Kind::Denied, what)
            .because(String::from_utf8_lossy(&said).trim())
            .fix("check that it is set-uid root, and that /etc/subuid and /etc/subgid have a range for you"))
    }
}

/// Bytes of what a helper says that are read.
const LONGEST_COMPLAINT: u64 = 4096;

/// Says who refuses user namespaces, from what unshare or clone answered and what the host's settings are.
pub fn refusal(cause: io::Error) -> Error {
    let setting =
        |path: &str| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    let error = Error::new(Kind::Denied, "cannot make a user namespace");
    if setting("/proc/sys/user/max_user_namespaces") == "0" {
        return error
            .because("the sysctl user.max_user_namespaces is 0")
            .fix("sudo sysctl -w user.max_user_namespaces=15000");
    }
    if setting("/proc/sys/kernel/unprivileged_userns_clone") == "0" {
        return error
            .because("the sysctl kernel.unprivileged_userns_clone is 0")
            .fix("sudo sysctl -w kernel.unprivileged_userns_clone=1");
    }
    if setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
        return error
            .because("AppArmor forbids them (the sysctl kernel.apparmor_restrict_unprivileged_userns is 1)")
            .fix("allow rcon by an AppArmor profile with `userns,`, or: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
    }
    match cause.raw_os_error() {
        Some(libc::ENOSPC | libc::EUSERS) => error
            .because("there are too many or too deeply nested ones")
            .fix("look at the sysctl user.max_user_namespaces; at most 32 can be nested"),
        Some(libc::EPERM) => error
            .because("operation not permitted: a seccomp filter or security module around this process refuses it, as in a default docker or podman container")
            .fix("run rcon outside that container, or start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined"),
        _ => error.why(cause),
    }
}
