//! `rcon save`

use super::parse::platform::platform;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::save::{self, Output, PlainLayers, Save};
use crate::error::{Error, Kind, Result};
use crate::storage::archive::Form;
use clap::{Args, FromArgMatches};
use std::path::Path;

/// The arguments of `save`.
#[derive(Debug, Clone, clap::Args)]
pub struct SaveArgs {
    /// Compress the layers of a directory (they are, without this too)
    #[arg(long)]
    pub compress: bool,
    /// Write this format: docker-archive, oci-archive or oci-dir
    #[arg(long, value_name = "FORMAT", default_value = "docker-archive", value_parser = format)]
    pub format: Format,
    /// Write several images into one archive (they are, without this too)
    #[arg(short, long)]
    pub multi_image_archive: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
    /// Save only an image of this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// Do not show progress
    #[arg(short, long)]
    pub quiet: bool,
    /// Leave layers of an OCI format uncompressed that came so
    #[arg(long)]
    pub uncompressed: bool,
    /// The images
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<String>,
}

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A tar that docker and all others load.
    DockerArchive,
    /// A tar of an OCI image layout.
    OciArchive,
    /// An OCI image layout.
    OciDirectory,
}

pub(super) static VERB: Verb = Verb {
    about: "Save images to a tar archive (to standard output, if no other is named)",
    usage: "[OPTIONS] IMAGE [IMAGE...]",
    words: Words::AtLeast(1),
    augment: SaveArgs::augment_args,
    later: later::NONE,
    read: |matches| SaveArgs::from_arg_matches_mut(matches).map(Invocation::Save),
};

fn format(typed: &str) -> Result<Format> {
    match typed {
        "docker-archive" => Ok(Format::DockerArchive),
        "oci-archive" => Ok(Format::OciArchive),
        "oci-dir" => Ok(Format::OciDirectory),
        "docker-dir" => Err(Error::new(Kind::Unsupported, "format \"docker-dir\" is not supported")
            .because("no tool but skopeo's family reads it")
            .fix("--format oci-dir")),
        _ => Err(Error::usage(format!("unknown format {typed:?}"))
            .fix("--format docker-archive, oci-archive or oci-dir")),
    }
}

impl SaveArgs {
    /// Writes the archive. The work is done inside the user namespace, where every layer can be read;
    /// the output is opened and named outside of it, where the user is himself.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let output = match (self.format, self.output.as_deref().map(Path::new)) {
            (Format::OciDirectory, None) => {
                return Err(Error::usage("format \"oci-dir\" is a directory, and needs a name")
                    .fix("rcon save --format oci-dir -o DIRECTORY IMAGE"));
            }
            (_, None) => Output::stream()?,
            (Format::OciDirectory, Some(path)) => Output::directory(path)?,
            (_, Some(path)) => Output::file(path)?,
        };
        let wish = self.wish(engine)?;
        let mut writer = output.writer()?;
        let done =
            engine.in_outer(|engine, making| save::save(&engine.store()?, &wish, &making.map, &mut writer));
        match done {
            Ok(()) => output.keep().map(|()| 0),
            Err(Error { kind: Kind::Silent(_), .. }) => Err(Error::silent(1)),
            Err(error) => Err(error),
        }
    }

    fn wish(&self, engine: &Engine) -> Result<Save> {
        Ok(Save {
            images: save::find(&engine.store()?, &self.images, self.platform.as_deref())?,
            form: if self.format == Format::DockerArchive { Form::Docker } else { Form::Oci },
            plain_layers: if self.uncompressed { PlainLayers::Plain } else { PlainLayers::Compressed },
        })
    }
}
