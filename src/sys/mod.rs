//! The only unsafe code: one safe function per system call that no crate wraps.

#![allow(unsafe_code, reason = "the one room for it; each block argues its case")]

pub mod allocator;
pub mod datagram;
pub mod fork;
pub mod mount;
pub mod network;
pub mod own_file;
pub mod process;
pub mod resolve;
pub mod sandbox;
pub mod transparent;
pub mod wire;

use std::io;

/// The C convention: -1 and errno.
fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
