//! `rcon buildx bake`

mod build;
mod files;
mod look;

use super::Buildx;
use crate::bake::{self, Bake, BakeWish, Listing};
use crate::build::Failure;
use crate::build::progress::printer;
use crate::build::progress::shared::Display;
use crate::build::wish::ProgressWish;
use crate::commands::build::{BuilderFlags, attestations, progress};
use crate::commands::caller::Caller;
use crate::commands::registry_flags::RegistryFlags;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::path::PathBuf;

/// The arguments of `buildx bake`.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct BakeArgs {
    /// Allow what is refused unasked: network.host, security.insecure
    #[arg(long, value_name = "ENTITLEMENT")]
    pub allow: Vec<String>,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Do something else than build: build, check, outline, targets
    #[arg(long, value_name = "WHAT", default_value = "build")]
    pub call: String,
    /// Only look for mistakes, as --call=check
    #[arg(long)]
    pub check: bool,
    /// Read this file instead of those with the usual names; - is standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: Vec<String>,
    /// List targets or variables
    #[arg(long, value_name = "TYPE")]
    pub list: Option<String>,
    /// Make images in the store, also when there are other outputs
    #[arg(long)]
    pub load: bool,
    /// Write what is known of the results to a file
    #[arg(long, value_name = "FILE")]
    pub metadata_file: Option<PathBuf>,
    /// Do not use the cache
    #[arg(long)]
    pub no_cache: bool,
    /// Print the targets as they are, and build nothing
    #[arg(long)]
    pub print: bool,
    /// Show progress: auto, none, plain, quiet, rawjson, tty
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub progress: String,
    /// Attach nothing: only false is taken
    #[arg(long, value_name = "PROVENANCE", hide = true)]
    pub provenance: Option<String>,
    /// Ask registries for bases anew
    #[arg(long)]
    pub pull: bool,
    /// Push the images, as --set=*.output=type=registry
    #[arg(long)]
    pub push: bool,
    /// How registries are asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// Attach nothing: only false is taken
    #[arg(long, value_name = "SBOM", hide = true)]
    pub sbom: Option<String>,
    /// Set a value of targets: PATTERN.KEY=VALUE
    #[arg(long, value_name = "VALUE")]
    pub set: Vec<String>,
    /// Set a variable: NAME=VALUE
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Targets and groups; without any, the one called default
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Build the targets of a bake file or a compose file",
    usage: "[OPTIONS] [TARGET...]",
    words: Words::AtLeast(0),
    augment: BakeArgs::augment_args,
    later: later::BUILDX_BAKE,
    read: |matches| {
        BakeArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::Bake(Box::new(args)))))
    },
};

impl BakeArgs {
    /// Reads the files, and builds what they say.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let caller = Caller::current()?;
        self.builder.choose(&engine.paths, &caller)?;
        attestations(self.provenance.as_deref(), self.sbom.as_deref())?;
        self.refuse_remote()?;
        let progress = progress(&self.progress, &caller)?;
        let terminal = rustix::termios::isatty(rustix::stdio::stderr());
        let display = Display::new(printer(progress, terminal));
        let outcome = self.work(engine, &caller, config, (progress, &display), ui);
        display.finish(outcome.is_err());
        let (text, code) = outcome.map_err(Failure::told)?;
        ui.print(text)?;
        Ok(code)
    }

    /// What is printed in the end, and the exit code.
    fn work(
        &self,
        engine: &Engine,
        caller: &Caller,
        config: Option<String>,
        (progress, display): (ProgressWish, &Display),
        ui: &mut Ui,
    ) -> Result<(String, u8), Failure> {
        let early = |error| Failure { error, excerpt: String::new() };
        let files = files::read(&self.file, caller, display).map_err(early)?;
        let wish = self.wish(caller).map_err(early)?;
        if let Some(typed) = &self.list {
            let listing = Listing::parse(typed).map_err(early)?;
            return Ok((bake::list(&files, &wish, listing).map_err(early)? + "\n", 0));
        }
        let bake = bake::read(&files, &wish).map_err(early)?;
        if self.print {
            return Ok((bake::print_text(&bake) + "\n", 0));
        }
        self.check_entitlements(&bake).map_err(early)?;
        let mut registries = self.registry.wish();
        registries.docker_config = config.map(PathBuf::from);
        let oven = build::Oven { engine, caller, display, progress, registries, bake: &bake };
        match look::is_asked(&bake) {
            true => look::all(&oven),
            false => {
                let built = build::all(&oven, ui)?;
                build::tell(self.metadata_file.as_deref(), caller, &built).map_err(early)?;
                Ok((String::new(), 0))
            }
        }
    }

    /// A definition that lies elsewhere.
    fn refuse_remote(&self) -> Result<()> {
        let named = self.targets.first().into_iter().chain(&self.file);
        let mut named = named.map(|typed| typed.strip_prefix("cwd://").unwrap_or(typed));
        match named.find(|typed| bake::places::is_remote(typed)) {
            Some(place) => Err(Error::new(Kind::Unsupported, format!("the bake definition {place}"))
                .because("definitions are read from this machine only")
                .fix("clone the repository, then run bake in it")),
            None => Ok(()),
        }
    }

    fn wish(&self, caller: &Caller) -> Result<BakeWish> {
        let pair = |typed: &String| {
            let found = typed.split_once('=').filter(|(name, _)| !name.is_empty());
            let found = found.map(|(name, value)| (name.to_owned(), value.to_owned()));
            found.ok_or_else(|| Error::usage(format!("invalid variable {typed:?}, expected key=value")))
        };
        let switches =
            [("push", self.push), ("load", self.load), ("no-cache", self.no_cache), ("pull", self.pull)];
        let switches = switches.iter().filter(|(_, on)| *on).map(|(name, _)| format!("*.{name}=true"));
        let called = if self.check { "check" } else { self.call.as_str() };
        let called = (called != "build").then(|| format!("*.call={called}"));
        let text = |word: &std::ffi::OsString| word.to_str().map(str::to_owned);
        Ok(BakeWish {
            targets: self.targets.clone(),
            overrides: self.set.iter().cloned().chain(switches).chain(called).collect(),
            variables: self.var.iter().map(pair).collect::<Result<_>>()?,
            environment: caller
                .variables
                .iter()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .collect(),
            dotenv: files::dotenv(caller)?,
            now: jiff::Timestamp::now().as_second(),
            platform: super::platform(),
            command_context: String::new(),
        })
    }

    /// What targets want to be allowed has to be allowed here as well: files may come from elsewhere.
    fn check_entitlements(&self, bake: &Bake) -> Result<()> {
        let words = || self.allow.iter().flat_map(|typed| typed.split(','));
        let wanted = bake.targets.values().flat_map(|target| &target.entitlements);
        match wanted.into_iter().find(|wanted| !words().any(|word| word == wanted.as_str())) {
            Some(wanted) => {
                let what = format!("a target asks for the entitlement {wanted}, which was not granted");
                Err(Error::new(Kind::Denied, what).fix(format!("--allow {wanted}")))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
