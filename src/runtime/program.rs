//! Finding the program and becoming it: docker's words and exit codes for what goes wrong.

use super::handshake::{Failure, Step, words};
use crate::sys::{process, resolve};
use rustix::fs::{CWD, FileType, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::ffi::CString;
use std::io;

/// Executes `arguments[0]`, searched in the PATH of `environment` when it has no slash. Returns only
/// when that failed.
pub fn execute(arguments: &[String], environment: &[String]) -> Failure {
    let Some(name) = arguments.first().filter(|name| !name.is_empty()) else {
        return missing("exec: no command was given".to_owned());
    };
    match find(name, environment) {
        Ok(path) => become_program(&path, arguments, environment),
        Err(failure) => failure,
    }
}

fn missing(why: String) -> Failure {
    Failure { step: Step::ProgramMissing, why, errno: libc::ENOENT }
}

fn refused(why: String, errno: i32) -> Failure {
    Failure { step: Step::ProgramRefused, why, errno }
}

fn find(name: &str, environment: &[String]) -> Result<String, Failure> {
    if name.contains('/') {
        return match check(name) {
            Ok(()) => Ok(name.to_owned()),
            Err(Errno::NOENT | Errno::NOTDIR) => {
                Err(missing(format!("exec: {name:?}: stat {name}: no such file or directory")))
            }
            Err(errno) => {
                Err(refused(format!("exec: {name:?}: {}", words(&errno.into())), errno.raw_os_error()))
            }
        };
    }
    let path = environment.iter().rev().find_map(|entry| entry.strip_prefix("PATH=")).unwrap_or_default();
    let mut seen_but_refused = None;
    for folder in path.split(':') {
        let candidate = if folder.is_empty() { format!("./{name}") } else { format!("{folder}/{name}") };
        match check(&candidate) {
            Ok(()) => return Ok(candidate),
            Err(Errno::ACCESS) => seen_but_refused = Some(candidate),
            Err(_) => {}
        }
    }
    match seen_but_refused {
        Some(_) => Err(refused(format!("exec: {name:?}: permission denied"), libc::EACCES)),
        None => Err(missing(format!("exec: {name:?}: executable file not found in $PATH"))),
    }
}

/// Whether the file can be executed by this user. A magic link such as /proc/self/exe would name rcon
/// itself, which is still this process's program (CVE-2019-5736): refused.
fn check(path: &str) -> Result<(), Errno> {
    let file = resolve::open(CWD, path, OFlags::PATH, ResolveFlags::NO_MAGICLINKS)
        .map_err(|errno| if errno == Errno::LOOP { Errno::ACCESS } else { errno })?;
    match FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(Errno::ISDIR),
        _ => return Err(Errno::ACCESS),
    }
    rustix::fs::accessat(CWD, path, rustix::fs::Access::EXEC_OK, rustix::fs::AtFlags::EACCESS)
}

fn become_program(path: &str, arguments: &[String], environment: &[String]) -> Failure {
    let strings = |texts: &[String]| {
        texts.iter().map(|text| CString::new(text.as_str())).collect::<Result<Vec<_>, _>>()
    };
    let (Ok(program), Ok(arguments), Ok(environment)) =
        (CString::new(path), strings(arguments), strings(environment))
    else {
        return refused(
            format!("exec: {path:?}: a null byte in the path, an argument or the environment"),
            libc::EINVAL,
        );
    };
    let error = process::execute(&program, &arguments, &environment);
    let errno = error.raw_os_error().unwrap_or(0);
    match errno {
        libc::ENOENT => missing(format!(
            "exec {path}: no such file or directory (its interpreter or loader is not in the image)"
        )),
        libc::ENOEXEC => refused(
            format!("exec {path}: exec format error (not a program for this machine's architecture)"),
            errno,
        ),
        _ => refused(format!("exec: {path:?}: {}", words(&io::Error::from_raw_os_error(errno))), errno),
    }
}
