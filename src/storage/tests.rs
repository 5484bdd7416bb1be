//! What the tests of several files here need.

use super::Store;
use super::layers::{IdMapKey, Making, OwnerMode};
use super::unpack::Limits;
use crate::paths::Paths;

/// A store of its own, gone with the first value.
pub(crate) fn ground() -> (tempfile::TempDir, Store, Making) {
    let base = tempfile::tempdir().unwrap();
    let paths = Paths {
        data: base.path().join("data"),
        runtime: base.path().join("run"),
        config: base.path().join("config.json"),
    };
    let owners = match rustix::process::geteuid().is_root() {
        true => OwnerMode::Applied,
        false => OwnerMode::Recorded,
    };
    let making = Making { map: IdMapKey::new("test").unwrap(), owners, limits: Limits::default() };
    (base, Store::open(&paths).unwrap(), making)
}
