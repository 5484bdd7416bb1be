//! Loading a seccomp filter, and a keyring of one's own.

use super::check;
use std::io;

/// Loads a filter (an array of `struct sock_filter`, 8 bytes each) on this thread, for good. seccomp(2).
///
/// # Errors
/// `EACCES` without no_new_privs or CAP_SYS_ADMIN, `EINVAL` for a program that the kernel's checker refuses.
pub fn load_filter(program: &[u8]) -> io::Result<()> {
    const INSTRUCTION: usize = size_of::<libc::sock_filter>();
    if program.is_empty() || !program.len().is_multiple_of(INSTRUCTION) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let instructions: Vec<libc::sock_filter> = program
        .chunks_exact(INSTRUCTION)
        .map(|bytes| libc::sock_filter {
            code: u16::from_ne_bytes([bytes[0], bytes[1]]),
            jt: bytes[2],
            jf: bytes[3],
            k: u32::from_ne_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
        })
        .collect();
    let length =
        u16::try_from(instructions.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let wish = libc::sock_fprog { len: length, filter: instructions.as_ptr().cast_mut() };
    // SAFETY: the program lives across the call, has the length the kernel is told, and is only read.
    check(unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const wish) })
        .map(drop)
}

/// Joins a new, empty session keyring, so that the caller's keys are out of reach. keyctl(2), `KEYCTL_JOIN_SESSION_KEYRING`.
///
/// # Errors
/// `EDQUOT` when the user has too many keyrings, `ENOSYS` on kernels without.
pub fn new_session_keyring() -> io::Result<()> {
    const KEYCTL_JOIN_SESSION_KEYRING: libc::c_int = 1;
    // SAFETY: a null name asks for an anonymous keyring; nothing else is read.
    check(unsafe {
        libc::syscall(libc::SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, std::ptr::null::<libc::c_char>())
    })
    .map(drop)
}
