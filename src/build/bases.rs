//! The images that a Dockerfile names, and the folders that `--build-context` puts in place of names.

use crate::error::Error;
use crate::oci::config::ImageConfig;
use crate::oci::digest::Digest;

/// An image that a stage begins with or takes files from.
#[derive(Debug, Clone)]
pub struct BaseImage {
    /// With its registry, tag and digest where it has one, as BuildKit shows it.
    pub shown: String,
    /// Its id.
    pub id: Digest,
    /// Its configuration.
    pub config: ImageConfig,
}

/// Finds what a Dockerfile names.
pub trait Bases {
    /// The number of the image `name` for `platform`; brought here when it is not.
    fn image(&mut self, name: &str, platform: &str) -> Result<usize, Error>;
    /// The image with this number.
    fn get(&self, image: usize) -> &BaseImage;
    /// All images that were named.
    fn all(&self) -> &[BaseImage];
    /// The number of the folder that the call puts in place of `name`.
    fn folder(&mut self, name: &str) -> Result<Option<usize>, Error>;
    /// Whether the call puts something in place of `name`.
    fn is_replaced(&self, name: &str) -> bool;
}
