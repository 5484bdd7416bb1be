//! Extended attributes that may be in an image, of open files.

use crate::storage::unpack::may_pass;
use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
use rustix::io::Errno;
use std::os::fd::AsFd;

/// Bytes of all names, and of one value, that Linux allows (xattr(7)).
const LIMIT: usize = 64 * 1024;

/// The attributes of `file` that may pass, by name. A file system without them has none.
pub(super) fn read(file: impl AsFd) -> Vec<(Vec<u8>, Vec<u8>)> {
    let file = file.as_fd();
    // Nearly always there are none, and one call tells.
    let mut small = [0; 256];
    let names = match flistxattr(file, &mut small[..]) {
        Ok(length) => small[..length].to_vec(),
        Err(Errno::RANGE) => {
            let mut large = vec![0; LIMIT];
            let Ok(length) = flistxattr(file, &mut large[..]) else { return Vec::new() };
            large.truncate(length);
            large
        }
        Err(_) => return Vec::new(),
    };
    let mut attributes: Vec<_> = names
        .split(|byte| *byte == 0)
        .filter(|name| may_pass(name))
        .filter_map(|name| {
            let mut value = vec![0; LIMIT];
            let length = fgetxattr(file, name, &mut value[..]).ok()?;
            value.truncate(length);
            Some((name.to_vec(), value))
        })
        .collect();
    attributes.sort();
    attributes
}

/// Gives `to` the attributes that `from` has. What its file system does not take is left out, as BuildKit does.
pub(super) fn copy(from: impl AsFd, to: impl AsFd) {
    for (name, value) in read(from) {
        let _ = fsetxattr(to.as_fd(), &name[..], &value, XattrFlags::empty());
    }
}
