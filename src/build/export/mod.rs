//! What a build gives: an image in the store, in a registry, in an archive, or files.

mod image;

use super::inside::Inside;
use super::report::Report;
use super::whole::{Built, BuiltImage};
use super::wish::{BuildWish, OutputKind, OutputWish};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::storage::Store;
use crate::storage::layers::Making;
use std::collections::BTreeMap;

/// What outputs are made with.
pub struct Exports<'a> {
    pub engine: &'a Engine,
    pub store: &'a Store,
    pub wish: &'a BuildWish,
    pub making: &'a Making,
    pub report: &'a Report,
}

impl std::fmt::Debug for Exports<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exports")
    }
}

impl Exports<'_> {
    /// Makes all outputs that were asked for; an image in the store when none was.
    pub fn all(&self, images: Vec<BuiltImage>, inside: Option<&Inside>) -> Result<Built> {
        let usual = [OutputWish { kind: OutputKind::Image, destination: None, options: BTreeMap::new() }];
        let outputs = if self.wish.outputs.is_empty() { &usual[..] } else { &self.wish.outputs };
        let mut built = Built::default();
        for output in outputs {
            match output.kind {
                OutputKind::Image => built = self.image(&images, output)?,
                OutputKind::CacheOnly => {}
                _ => {
                    let _ = inside;
                    return Err(crate::error::Error::usage("this output is not there yet"));
                }
            }
        }
        Ok(built)
    }
}
