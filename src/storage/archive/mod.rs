//! Archives of images: what `docker save`, `podman save`, `skopeo copy` and `buildx` write is read, and
//! what all of them read is written.
//!
//! An archive that is read is never unpacked to files: its members are looked up in a table of positions, and links
//! among them are followed in that table only. So no name in it can reach the host.

mod docker;
mod members;
mod oci;
mod sink;
mod spool;
mod write;

pub use members::{Members, Section};
pub use sink::{DirectorySink, Sink, TarSink};
pub use spool::spool;
pub use write::{Form, Saved, write};

use super::tags::TagName;
use crate::error::{Error, Kind, Result};
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;

/// Images of one archive.
const IMAGE_LIMIT: usize = 1000;

/// An image as an archive describes it; its layers are not read yet.
#[derive(Debug)]
pub struct ArchivedImage {
    /// The names it asks for.
    pub names: Vec<TagName>,
    /// The bytes of its configuration.
    pub config_bytes: Vec<u8>,
    /// The same, read.
    pub config: ImageConfig,
    /// Its manifest and that one's media type, in an OCI archive.
    pub manifest: Option<(Vec<u8>, String)>,
    /// Lowest first; as many as the configuration has diff ids.
    pub layers: Vec<ArchivedLayer>,
}

/// Where a layer is in the archive.
#[derive(Debug, Clone)]
pub struct ArchivedLayer {
    /// What it must be when it is not compressed.
    pub diff_id: Digest,
    /// What it must be as it is stored, where the archive says so.
    pub blob: Option<Digest>,
    /// Its media type, where the archive says so.
    pub media_type: Option<String>,
    /// Its bytes.
    pub section: Section,
}

/// Reads what is in an archive, in either form; docker's own list counts where there are both.
pub fn read(members: &Members) -> Result<Vec<ArchivedImage>> {
    // Of files a layout alone is read: skopeo's `dir` has a manifest.json as well, and it is another one.
    let images = if !members.are_files() && members.has("manifest.json") {
        docker::read(members)?
    } else if members.has("index.json") {
        oci::read(members)?
    } else if members.are_files() {
        return Err(invalid("a directory that is no OCI image layout: it has no index.json")
            .fix("skopeo copy dir:DIRECTORY oci-archive:FILE, then: rcon load -i FILE"));
    } else if members.has("repositories") {
        return Err(Error::new(Kind::Unsupported, "an archive of the form docker wrote before 1.10")
            .fix("load it with docker and save it again"));
    } else {
        return Err(invalid("an archive without images: it has neither manifest.json nor index.json")
            .fix("a tar of a file system is taken by: rcon import"));
    };
    match images.len() > IMAGE_LIMIT {
        true => Err(invalid(format!("an archive of more than {IMAGE_LIMIT} images"))),
        false => Ok(images),
    }
}

/// Pairs the layers an archive lists with the diff ids of the configuration.
fn pair(config: &ImageConfig, count: usize) -> Result<&[Digest]> {
    match config.rootfs.diff_ids.len() == count {
        true => Ok(&config.rootfs.diff_ids),
        false => Err(invalid(format!(
            "an image of {count} layers whose configuration names {}",
            config.rootfs.diff_ids.len()
        ))),
    }
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, what)
}
