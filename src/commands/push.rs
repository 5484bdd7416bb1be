//! `rcon push`

use super::registry_flags::RegistryFlags;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::engine::push::{self, Target};
use crate::error::{Error, Result};
use crate::oci::reference::Reference;
use crate::output::Ui;
use crate::output::progress::Progress;
use crate::storage::pack::Packing;
use clap::{Args, FromArgMatches};

/// The arguments of `push`.
#[derive(Debug, Clone, clap::Args)]
pub struct PushArgs {
    /// Push all tags of the repository
    #[arg(short, long)]
    pub all_tags: bool,
    /// Compress the layers so: gzip or zstd
    #[arg(long, value_name = "FORMAT", value_parser = compression)]
    pub compression_format: Option<Packing>,
    /// How much to compress: 0 to 9 for gzip, 1 to 22 for zstd
    #[arg(long, value_name = "LEVEL")]
    pub compression_level: Option<i32>,
    /// Do not show progress, only the name
    #[arg(short, long)]
    pub quiet: bool,
    /// How the registry is asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// The image, or with --all-tags the repository
    #[arg(value_name = "NAME[:TAG]", required = true)]
    pub image: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Upload an image to a registry",
    usage: "[OPTIONS] NAME[:TAG]",
    words: Words::Exactly(1),
    augment: PushArgs::augment_args,
    later: later::PUSH,
    read: |matches| PushArgs::from_arg_matches_mut(matches).map(Invocation::Push),
};

fn compression(typed: &str) -> Result<Packing> {
    match typed {
        "gzip" => Ok(Packing::USUAL),
        "zstd" => Ok(Packing::Zstd { level: 3 }),
        "zstd:chunked" => Err(Error::usage("the format zstd:chunked is not supported").fix("use zstd")),
        _ => Err(Error::usage(format!("unknown compression format {typed:?}")).fix("gzip or zstd")),
    }
}

impl PushArgs {
    /// Pushes, and says what is there now. Whoever knows the credentials is asked outside the user namespace.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let packing = self.packing()?;
        let typed: Reference = self.image.parse()?;
        if typed.digest().is_some() {
            return Err(Error::usage("cannot push a digest reference"));
        }
        if self.all_tags && typed.tag().is_some() {
            return Err(Error::usage("tag can't be used with --all-tags/-a"));
        }
        let store = engine.store()?;
        let reference = typed.clone().with_default_tag();
        let images = match self.all_tags {
            true => push::tags_of(&store, &typed)?,
            false => {
                let tag = reference.tag().unwrap_or_default().to_owned();
                vec![(tag, push::image_of(&store, &reference)?)]
            }
        };
        let target = Target::of(&self.registry.open(engine, config, ui)?, &reference)?;
        let progress = if self.quiet { Progress::quiet() } else { Progress::on_output() };
        let map = making(&engine.enter()?)?.map;
        if typed.tag().is_none() && !self.all_tags {
            progress.line("Using default tag: latest");
        }
        progress.line(format_args!("The push refers to repository [{}]", reference.repository()));
        for (tag, id) in images {
            let pushed = push::push(&store, &target, &tag, &id, &map, packing, &progress)?;
            progress.line(format_args!("{tag}: digest: {} size: {}", pushed.digest, pushed.size));
            if self.quiet {
                ui.line(reference.clone().with_tag(&tag)?)?;
            }
        }
        progress.finish();
        Ok(0)
    }

    fn packing(&self) -> Result<Option<Packing>> {
        let Some(level) = self.compression_level else { return Ok(self.compression_format) };
        let wrong = |range: &str| Error::usage(format!("compression level {level} is not in {range}"));
        match self.compression_format.unwrap_or(Packing::USUAL) {
            Packing::Gzip { .. } => match u32::try_from(level) {
                Ok(level @ 0..=9) => Ok(Some(Packing::Gzip { level })),
                _ => Err(wrong("0..=9, as gzip has it")),
            },
            Packing::Zstd { .. } if (1..=22).contains(&level) => Ok(Some(Packing::Zstd { level })),
            Packing::Zstd { .. } => Err(wrong("1..=22, as zstd has it")),
        }
    }
}
