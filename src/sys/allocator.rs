//! How the C library keeps memory.

/// Lets every allocation of `bytes` or more have pages of its own: zeroed ones are not touched before they are used,
/// and freed ones go back to the kernel at once. mallopt(3); other C libraries than glibc do so anyway.
///
/// glibc would raise this border by itself whenever a large allocation is freed.
pub fn large_apart(bytes: u32) {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt reads no memory of ours; a value it does not like is refused.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, bytes.try_into().unwrap_or(libc::c_int::MAX));
    }
    #[cfg(not(target_env = "gnu"))]
    let _ = bytes;
}

/// Gives pages that are free back to the kernel. malloc_trim(3); other C libraries do so by themselves.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: malloc_trim touches only memory that nobody has.
    unsafe {
        libc::malloc_trim(0);
    }
}
