//! Any bytes as a layer: unpacked below its root or refused, never beside it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rcon::storage::compression::Plain;
use rcon::storage::unpack::{Limits, Owners, Target, unpack};
use rustix::fs::{Mode, OFlags, open};
use std::fs::File;
use std::io::BufWriter;

fuzz_target!(|bytes: &[u8]| {
    let base = tempfile::tempdir().expect("a temporary directory");
    let directory = |name: &str| {
        let path = base.path().join(name);
        std::fs::create_dir(&path).expect("a directory");
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        open(path, flags, Mode::empty()).expect("a directory")
    };
    let target = Target { root: directory("root"), trash: directory("trash") };
    let table = File::create(base.path().join("owners")).expect("a file");
    let mut owners = Owners::Recorded(BufWriter::new(table));
    let limits = Limits { entries: 1000, bytes: 1 << 20 };
    if let Ok(plain) = Plain::new(bytes, 4 << 20) {
        let _ = unpack(plain, target, &mut owners, limits);
    }
    let beside = std::fs::read_dir(base.path()).expect("the base").count();
    assert_eq!(beside, 3, "something was written beside the root");
});
