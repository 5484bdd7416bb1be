//! `rcon pull`

use super::parse::platform::platform;
use super::registry_flags::RegistryFlags;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::image::making;
use crate::engine::pull::{self, Pulled, Source};
use crate::error::{Error, Result};
use crate::oci::platform::Wanted;
use crate::oci::reference::Reference;
use crate::output::Ui;
use crate::output::progress::Progress;
use clap::{Args, FromArgMatches};

/// The arguments of `pull`.
#[derive(Debug, Clone, clap::Args)]
pub struct PullArgs {
    /// Pull all tags of the repository
    #[arg(short, long)]
    pub all_tags: bool,
    /// Do not show progress, only the name
    #[arg(short, long)]
    pub quiet: bool,
    /// Pull the image of this platform: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM", value_parser = platform)]
    pub platform: Option<String>,
    /// How the registry is asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// The image, or with --all-tags the repository
    #[arg(value_name = "NAME[:TAG|@DIGEST]", required = true)]
    pub image: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Download an image from a registry",
    usage: "[OPTIONS] NAME[:TAG|@DIGEST]",
    words: Words::Exactly(1),
    augment: PullArgs::augment_args,
    later: later::PULL,
    read: |matches| PullArgs::from_arg_matches_mut(matches).map(Invocation::Pull),
};

impl PullArgs {
    /// Pulls, and says what came in. Whoever knows the credentials is asked outside the user namespace.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let typed: Reference = self.image.parse()?;
        let is_bare = typed.tag().is_none() && typed.digest().is_none();
        if self.all_tags && !is_bare {
            return Err(Error::usage("tag can't be used with --all-tags/-a"));
        }
        let wanted = wanted(self.platform.as_deref())?;
        let sources = Source::of(&self.registry.open(engine, config, ui)?, &self.image)?;
        let progress = if self.quiet { Progress::quiet() } else { Progress::on_output() };
        let making = making(&engine.enter()?)?;
        let store = engine.store()?;
        if self.all_tags {
            let source =
                sources.into_iter().next().ok_or_else(|| Error::usage("no registry to pull from"))?;
            let mut is_new = false;
            for source in source.all_tags()? {
                let pulled = pull::pull(&store, &source, &wanted, &making, &progress)?;
                progress.line(format_args!("Digest: {}", pulled.digest));
                is_new |= pulled.is_new;
                self.name(&source, ui)?;
            }
            status(&progress, is_new, &source.reference().familiar_repository());
            progress.finish();
            return Ok(0);
        }
        if is_bare {
            progress.line("Using default tag: latest");
        }
        let (source, pulled) = pull::first(&store, &sources, &wanted, &making, &progress)?;
        tell(&progress, source, &pulled);
        progress.finish();
        ui.line(source.reference())?;
        Ok(0)
    }

    fn name(&self, source: &Source, ui: &mut Ui) -> Result<()> {
        if self.quiet { ui.line(source.reference()) } else { Ok(()) }
    }
}

/// `--platform`, or this machine's.
pub(super) fn wanted(platform: Option<&str>) -> Result<Wanted> {
    platform.map_or_else(|| Ok(Wanted::of_this_machine()), Wanted::parse)
}

/// docker's last lines about an image.
pub(super) fn tell(progress: &Progress, source: &Source, pulled: &Pulled) {
    progress.line(format_args!("Digest: {}", pulled.digest));
    status(progress, pulled.is_new, &source.reference().familiar());
}

fn status(progress: &Progress, is_new: bool, name: &str) {
    let status = if is_new { "Downloaded newer image" } else { "Image is up to date" };
    progress.line(format_args!("Status: {status} for {name}"));
}
