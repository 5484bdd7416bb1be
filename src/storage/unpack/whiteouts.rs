//! What the layer deletes of the layers below it, as overlayfs reads it.

use super::tree::Directory;
use crate::error::{Error, Kind, Result};
use rustix::fs::{FileType, Mode, Stat, XattrFlags, fgetxattr, fsetxattr, makedev, mknodat};
use std::io;
use std::os::fd::AsFd;

/// Begins the name of every whiteout (OCI image-spec, layer.md, "Whiteouts").
pub(super) const WHITEOUT: &[u8] = b".wh.";
/// Marks its directory as hiding all below it.
pub(super) const OPAQUE: &[u8] = b".wh..wh..opq";
/// Begins what AUFS wrote for itself.
pub(super) const AUFS: &[u8] = b".wh..wh.";

/// A character device 0:0: only a whiteout of this layer can be one, since devices are not made.
pub(super) fn is_whiteout(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice && stat.st_rdev == makedev(0, 0)
}

/// Hides `name` of the layers below; there is nothing by that name in this layer.
pub(super) fn make_whiteout(directory: &Directory, name: &[u8]) -> Result<()> {
    mknodat(directory, name, FileType::CharacterDevice, Mode::empty(), makedev(0, 0)).map_err(|errno| {
        Error::new(Kind::Denied, "this file system or kernel cannot hide a file of a lower layer")
            .why(io::Error::from(errno))
    })
}

/// Whether the layers below show nothing in `directory`.
pub(in crate::storage) fn is_opaque(directory: impl AsFd) -> bool {
    let mut value = [0; 2];
    fgetxattr(directory, "user.overlay.opaque", &mut value[..]).is_ok_and(|size| value[..size] == *b"y")
}

/// Hides all that the layers below have in `directory`.
pub(super) fn make_opaque(directory: &Directory) -> Result<()> {
    fsetxattr(directory, "user.overlay.opaque", b"y", XattrFlags::empty()).map_err(|errno| {
        Error::new(Kind::Denied, "this file system cannot mark a directory as replaced")
            .why(io::Error::from(errno))
            .fix("put the store on ext4, xfs or btrfs: export RCON_ROOT=/another/place")
    })
}
