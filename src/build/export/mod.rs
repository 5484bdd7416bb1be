//! What a build gives: an image in the store, in a registry, in an archive, or files.
//!
//! [`Prepared`] is made before the build, as the user; the outputs are made after it, in U0 where they need the files
//! of layers. Several outputs are made one after the other, then the caches that others are to have.

mod annotations;
mod archive;
mod caches;
mod files;
mod image;
mod layout;
mod metadata;
mod options;
mod packed;
mod prepared;
mod squash;

pub use prepared::Prepared;

use super::bases::Bases;
use super::inside::Inside;
use super::remote_cache;
use super::report::Report;
use super::whole::{Built, BuiltImage};
use super::wish::{BuildWish, OutputKind};
use crate::engine::host::Engine;
use crate::engine::save::{Output, Writer};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::Store;
use crate::storage::capture::Stream;
use crate::storage::layers::{Making, stacked};
use jiff::Timestamp;
use packed::Packed;
use prepared::{Place, PreparedOutput};
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// What outputs are made with.
#[derive(Debug)]
pub struct Exports<'a> {
    pub engine: &'a Engine,
    pub store: &'a Store,
    pub wish: &'a BuildWish,
    pub making: &'a Making,
    pub report: &'a Report,
}

impl Exports<'_> {
    /// Makes all outputs that were asked for.
    pub fn all(
        &self,
        prepared: Prepared,
        mut images: Vec<BuiltImage>,
        inside: Option<Inside>,
        bases: &dyn Bases,
    ) -> Result<Built> {
        let inside = match inside {
            None if self.needs_files(&prepared, &images) => {
                Some(Inside::enter(self.engine, self.store, self.making, bases)?)
            }
            inside => inside,
        };
        if self.wish.squash || self.wish.squash_all {
            images.iter_mut().try_for_each(|image| self.squash(image))?;
        }
        if prepared.has_inline_cache() {
            images.iter_mut().try_for_each(remote_cache::put_inline)?;
        }
        let Prepared { outputs, caches, annotations } = prepared;
        let mut built = Built::default();
        for output in outputs {
            let made = match (output.kind, &inside) {
                (OutputKind::CacheOnly, _) => Built::default(),
                (OutputKind::Local | OutputKind::Tar, Some(inside)) => self.files(&images, output, inside)?,
                (OutputKind::Local | OutputKind::Tar, None) => {
                    return Err(Error::new(Kind::System, "outside of U0"));
                }
                (OutputKind::Oci | OutputKind::Docker, _) if !matches!(output.place, Place::Engine) => {
                    self.archive(&images, output, &annotations)?
                }
                _ => self.image(&images, &output, &annotations)?,
            };
            if built.id.is_none() {
                built = made;
            }
        }
        for cache in &caches {
            self.cache(cache, &images)?;
        }
        if built.metadata.is_null() {
            built.metadata = metadata::metadata(built.id, None, &[])?;
        }
        Ok(built)
    }

    /// Whether the files of layers are looked at, which belong to ids of U0.
    fn needs_files(&self, prepared: &Prepared, images: &[BuiltImage]) -> bool {
        let squashed = self.wish.squash || self.wish.squash_all;
        let of_output = |output: &PreparedOutput| match output.kind {
            OutputKind::CacheOnly => false,
            OutputKind::Local | OutputKind::Tar | OutputKind::Oci => true,
            _ => self.needs_documents(output, &prepared.annotations, images.len()),
        };
        let exported = prepared.caches.iter().any(|cache| cache.wish.kind != "inline");
        squashed || exported || prepared.outputs.iter().any(of_output)
    }

    /// The folder of a layer's files.
    fn folder(&self, diff_id: &Digest) -> Result<PathBuf> {
        let diff = self.store.layers().diff(diff_id, &self.making.map);
        diff.ok_or_else(|| {
            Error::new(Kind::System, format!("layer {diff_id} has vanished from the store"))
                .fix("build again")
        })
    }

    /// Where the files of an image are seen as one tree.
    fn tree(&self, image: &BuiltImage, inside: &Inside) -> Result<PathBuf> {
        let all = self.store.root().join("layers");
        let name = |diff_id: &Digest| {
            let folder = self.folder(diff_id)?;
            let below = folder.strip_prefix(&all).what(|| "looking for a layer")?;
            Ok(below.to_string_lossy().into_owned())
        };
        let names = image.config.rootfs.diff_ids.iter().rev().map(name).collect::<Result<Vec<_>>>()?;
        inside.trees.path(&inside.work, &stacked(names))
    }

    /// `type=local`, `type=tar`.
    fn files(&self, images: &[BuiltImage], output: PreparedOutput, inside: &Inside) -> Result<Built> {
        let split = output.options.split.unwrap_or(images.len() > 1);
        let mut trees = Vec::new();
        for image in images {
            let prefix = if split { image.platform.replace('/', "_") } else { String::new() };
            trees.push((prefix, image.platform.as_str(), self.tree(image, inside)?));
        }
        match output.place {
            Place::Folder(to) => self.report.step("exporting to client directory", |vertex| {
                for (prefix, platform, tree) in &trees {
                    let started = Timestamp::now();
                    let bytes = files::copy(tree, &to.join(prefix))?;
                    let several = if split { format!(" {platform}") } else { String::new() };
                    self.report.part(vertex, format!("copying files{several}"), bytes, started);
                }
                Ok(Built::default())
            }),
            Place::Stream(stream) => self.report.step("exporting to client tarball", |vertex| {
                let started = Timestamp::now();
                write_tar(&trees, &stream).what(|| "writing a tar")?;
                stream.keep()?;
                self.report.part(vertex, "sending tarball", 0, started);
                Ok(Built::default())
            }),
            Place::Engine => Err(Error::new(Kind::System, "files without a place")),
        }
    }

    /// Documents and layers of all images.
    fn packed(
        &self,
        images: &[BuiltImage],
        output: &PreparedOutput,
        annotations: &annotations::Annotations,
    ) -> Result<Vec<Packed>> {
        let _lock = self.store.lock_for_adding()?;
        let pack = |image| packed::packed(self.store, self.making, image, &output.options, annotations);
        images.iter().map(pack).collect()
    }
}

fn write_tar(trees: &[(String, &str, PathBuf)], output: &Output) -> io::Result<()> {
    let file: File = match output {
        Output::Stream(file) | Output::File { file, .. } => file.try_clone()?,
        Output::Directory { .. } => return Err(io::Error::other("a folder is no tar")),
    };
    let mut stream = Stream::new(BufWriter::with_capacity(1 << 20, file));
    for (prefix, _, tree) in trees {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(tree.as_path() as &Path, flags, Mode::empty())?;
        stream.tree(&root, prefix)?;
    }
    stream.finish().map(drop)
}

/// Writes a layout into what was opened for it.
fn write_layout(layout: &layout::Layout<'_>, output: &Output) -> Result<()> {
    match output.writer()? {
        Writer::Tar(mut sink) => layout.write(&mut sink),
        Writer::Directory(mut sink) => layout.write(&mut sink),
    }
}
