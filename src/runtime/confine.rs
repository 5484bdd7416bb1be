//! The last steps before execve: limits, user, capabilities, filter.

use super::credentials::Credentials;
use super::handshake::{Failure, Step, failed, failed_at};
use super::plan::Process;
use crate::sys::sandbox;
use rustix::process::{Resource, Rlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};
use std::io;

/// Makes this process what the plan says, for good. The order is the point of it.
pub fn apply(process: &Process, user: &Credentials) -> Result<(), Failure> {
    limits(&process.limits)?;
    // The caller's keys are none of the container's business; a kernel without keyrings has none to give.
    let _ = sandbox::new_session_keyring();
    if process.no_new_privileges {
        rustix::thread::set_no_new_privs(true).map_err(|errno| failed(Step::Capabilities)(errno.into()))?;
    }
    bounding_set(process.capabilities).map_err(failed(Step::Capabilities))?;
    groups_and_group(user).map_err(failed_at(Step::User, format!("setting group {}", user.gid)))?;
    // Capabilities that go with uid 0 are kept over the change of user for one step: loading a filter
    // needs CAP_SYS_ADMIN unless no_new_privs is set, and the filter may forbid what comes before it.
    rustix::thread::set_keep_capabilities(true).map_err(|errno| failed(Step::User)(errno.into()))?;
    become_user(user).map_err(failed_at(Step::User, format!("becoming user {}", user.uid)))?;
    if !process.filter.is_empty() {
        effective_sys_admin().map_err(failed(Step::Capabilities))?;
        sandbox::load_filter(&process.filter).map_err(failed(Step::Filter))?;
    }
    let kept = if user.uid == 0 { process.capabilities } else { 0 };
    capabilities(kept).map_err(failed(Step::Capabilities))
}

fn limits(limits: &[(String, u64, u64)]) -> Result<(), Failure> {
    for (name, soft, hard) in limits {
        let resource = resource(name).ok_or_else(|| Failure {
            step: Step::Limits,
            why: format!("no resource limit is called {name:?}"),
            errno: 0,
        })?;
        let value = |value: u64| (value != u64::MAX).then_some(value);
        rustix::process::setrlimit(resource, Rlimit { current: value(*soft), maximum: value(*hard) })
            .map_err(|errno| failed_at(Step::Limits, format!("setting the limit {name}"))(errno.into()))?;
    }
    Ok(())
}

fn resource(name: &str) -> Option<Resource> {
    Some(match name {
        "as" => Resource::As,
        "core" => Resource::Core,
        "cpu" => Resource::Cpu,
        "data" => Resource::Data,
        "fsize" => Resource::Fsize,
        "locks" => Resource::Locks,
        "memlock" => Resource::Memlock,
        "msgqueue" => Resource::Msgqueue,
        "nice" => Resource::Nice,
        "nofile" => Resource::Nofile,
        "nproc" => Resource::Nproc,
        "rss" => Resource::Rss,
        "rtprio" => Resource::Rtprio,
        "rttime" => Resource::Rttime,
        "sigpending" => Resource::Sigpending,
        "stack" => Resource::Stack,
        _ => return None,
    })
}

/// Drops from the bounding set what `kept` has not: nothing that is executed later gets it back.
fn bounding_set(kept: u64) -> io::Result<()> {
    for number in 0..64 {
        let one = CapabilitySet::from_bits_retain(1 << number);
        match rustix::thread::capability_is_in_bounding_set(one) {
            Ok(true) if kept & (1 << number) == 0 => {
                rustix::thread::remove_capability_from_bounding_set(one)?
            }
            Ok(_) => {}
            // The first number that this kernel does not know.
            Err(rustix::io::Errno::INVAL) => break,
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn groups_and_group(user: &Credentials) -> io::Result<()> {
    let groups: Vec<_> = user.groups.iter().map(|gid| rustix::fs::Gid::from_raw(*gid)).collect();
    match rustix::thread::set_thread_groups(&groups) {
        // With one mapped id setgroups is denied for good, and the caller's groups stay.
        Err(rustix::io::Errno::PERM) if groups_are_denied() => {}
        result => result?,
    }
    let gid = rustix::fs::Gid::from_raw(user.gid);
    Ok(rustix::thread::set_thread_res_gid(gid, gid, gid)?)
}

fn groups_are_denied() -> bool {
    std::fs::read_to_string("/proc/self/setgroups").is_ok_and(|text| text.trim() == "deny")
}

fn become_user(user: &Credentials) -> io::Result<()> {
    let uid = rustix::fs::Uid::from_raw(user.uid);
    Ok(rustix::thread::set_thread_res_uid(uid, uid, uid)?)
}

/// After leaving uid 0 the effective set is empty; the permitted one was kept.
fn effective_sys_admin() -> io::Result<()> {
    let mut sets = rustix::thread::capabilities(None)?;
    sets.effective = sets.permitted;
    Ok(rustix::thread::set_capabilities(None, sets)?)
}

/// Exactly `kept`, effective and permitted; nothing inheritable, nothing ambient.
fn capabilities(kept: u64) -> io::Result<()> {
    rustix::thread::clear_ambient_capability_set()?;
    let had = rustix::thread::capabilities(None)?.permitted;
    let kept = CapabilitySet::from_bits_retain(kept) & had;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    Ok(rustix::thread::set_capabilities(None, sets)?)
}

/// Confines a process of our own for good: no new privileges, at most the capabilities `kept`, and its filter.
pub fn helper(kept: CapabilitySet, filter: &[u8]) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    let kept = rustix::thread::capabilities(None)?.permitted & kept;
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    rustix::thread::set_capabilities(None, sets)?;
    sandbox::load_filter(filter)
}
