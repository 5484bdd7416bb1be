//! How much of the cache may stay.

use super::entry::PruneWish;
use crate::error::{Context, Result};
use crate::storage::Store;
use std::io;

/// What may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Nothing: sizes were not spoken of.
    Nothing,
    /// So many bytes.
    Bytes(u64),
}

impl Limit {
    /// Whether more has to go while `bytes` are left.
    pub(super) fn is_passed(self, bytes: u64) -> bool {
        match self {
            Self::Nothing => true,
            Self::Bytes(limit) => bytes > limit,
        }
    }
}

/// The limit that `wish` sets for a cache of `total` bytes in `store`.
///
/// # Errors
/// Of the file system, when it is asked how much is free.
pub(super) fn limit(store: &Store, wish: &PruneWish, total: u64) -> Result<Limit> {
    let free = match wish.min_free_bytes {
        None => 0,
        Some(_) => {
            let found = rustix::fs::statvfs(store.root()).map_err(io::Error::from);
            let found = found.what(|| "asking how much room is left")?;
            found.f_bavail.saturating_mul(found.f_frsize)
        }
    };
    Ok(of(wish, total, free))
}

/// As BuildKit reckons: no more than is allowed, less when room is needed, but never less than is reserved.
fn of(wish: &PruneWish, total: u64, free: u64) -> Limit {
    let PruneWish { keep_bytes, max_used_bytes, min_free_bytes, .. } = wish;
    if keep_bytes.is_none() && max_used_bytes.is_none() && min_free_bytes.is_none() {
        return Limit::Nothing;
    }
    let missing = min_free_bytes.map(|wanted| wanted.saturating_sub(free));
    let by_room = missing.map(|missing| if missing == 0 { u64::MAX } else { total.saturating_sub(missing) });
    let upper = match (max_used_bytes, by_room) {
        (None, None) => 0,
        (max, room) => max.unwrap_or(u64::MAX).min(room.unwrap_or(u64::MAX)),
    };
    Limit::Bytes(upper.max(keep_bytes.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_buildkits() {
        let limit = |keep_bytes, max_used_bytes, min_free_bytes| {
            let wish = PruneWish { keep_bytes, max_used_bytes, min_free_bytes, ..PruneWish::default() };
            of(&wish, 100, 50)
        };
        assert_eq!(limit(None, None, None), Limit::Nothing);
        assert_eq!(limit(Some(30), None, None), Limit::Bytes(30));
        assert_eq!(limit(None, Some(70), None), Limit::Bytes(70));
        assert_eq!(limit(Some(80), Some(70), None), Limit::Bytes(80));
        assert_eq!(limit(None, None, Some(60)), Limit::Bytes(90));
        assert_eq!(limit(None, None, Some(40)), Limit::Bytes(u64::MAX));
        assert_eq!(limit(Some(95), Some(70), Some(1000)), Limit::Bytes(95));
        assert_eq!(limit(None, Some(70), Some(60)), Limit::Bytes(70));
        assert!(Limit::Nothing.is_passed(0) && Limit::Bytes(5).is_passed(6) && !Limit::Bytes(5).is_passed(5));
    }
}
