//! The only unsafe code: one safe function per system call that no crate wraps.

#![allow(unsafe_code, reason = "the one room for it; each block argues its case")]
