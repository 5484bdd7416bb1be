//! mount_setattr(2), which no crate wraps.

use super::check;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// What to set on a mount: `MOUNT_ATTR_…`, linux/mount.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes(u64);

impl Attributes {
    /// No writes through this mount.
    pub const READ_ONLY: Self = Self(libc::MOUNT_ATTR_RDONLY);
}

/// How far a change reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// This mount alone.
    One,
    /// This mount and all below it.
    Tree,
}

/// Sets attributes on the mount behind `mount` (itself a mount's root). mount_setattr(2).
///
/// # Errors
/// `EPERM` without CAP_SYS_ADMIN in the owner of the mount namespace, or to clear what is locked.
pub fn set_attributes(mount: BorrowedFd<'_>, attributes: Attributes, depth: Depth) -> io::Result<()> {
    let wish = libc::mount_attr { attr_set: attributes.0, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let recursive = match depth {
        Depth::One => 0,
        Depth::Tree => libc::AT_RECURSIVE,
    };
    // SAFETY: the structure lives across the call and its size is the one the kernel is told; the path
    // is an empty, terminated string, so the descriptor alone names the mount.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | recursive,
            &raw const wish,
            size_of::<libc::mount_attr>(),
        )
    };
    check(result).map(drop)
}
