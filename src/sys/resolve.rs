//! Opening below a directory, whatever links strangers put there. openat2(2).

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::os::fd::{AsFd, OwnedFd};

/// Opens `path` from `root` under the rules of `resolve`, closed on execve. The kernel answers `EAGAIN` when
/// a rename anywhere in the system raced its look at a `..`, and leaves it to the caller to try again.
///
/// # Errors
/// Of the system call, but never `EAGAIN`.
pub fn open(
    root: impl AsFd,
    path: impl rustix::path::Arg,
    flags: OFlags,
    resolve: ResolveFlags,
) -> rustix::io::Result<OwnedFd> {
    path.into_with_c_str(|path| {
        loop {
            match rustix::fs::openat2(root.as_fd(), path, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
                Err(Errno::AGAIN) => {}
                result => return result,
            }
        }
    })
}
