//! `rcon build`: its flags. What they mean together is in [`wish`], one grammar per file beside it.

mod attest;
mod builder;
mod cache;
mod call;
mod context;
mod notes;
mod outcome;
mod output;
mod pairs;
mod progress;
mod proxies;
mod pulling;
mod secret;
mod ssh;
mod target;
mod wish;

#[cfg(test)]
mod tests;

pub use builder::BuilderFlags;

use super::caller::Caller;
use super::parse::{egress, number, size::ram_in_bytes, ulimit::ulimit};
use super::registry_flags::RegistryFlags;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::build;
use crate::engine::host::Engine;
use crate::engine::wish::Ulimit;
use crate::error::Result;
use crate::network::egress::Egress;
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use pulling::Pulling;
use std::path::PathBuf;

/// The arguments of `build`. Values that docker checks after all flags are read stay text until then.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct BuildArgs {
    /// Add a line to /etc/hosts of steps
    #[arg(long, value_name = "NAME:ADDRESS")]
    pub add_host: Vec<String>,
    /// Allow what is refused unasked: network.host, security.insecure
    #[arg(long, value_name = "ENTITLEMENT")]
    pub allow: Vec<String>,
    /// Add an annotation to the manifest of the image
    #[arg(long, value_name = "[TYPE:]KEY=VALUE")]
    pub annotation: Vec<String>,
    /// Build for this architecture
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    /// Attach nothing: only type=KIND,disabled=true is taken
    #[arg(long, value_name = "ATTESTATION", hide = true)]
    pub attest: Vec<String>,
    /// Set a variable that the Dockerfile declares; NAME alone passes the caller's on
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub build_arg: Vec<String>,
    /// Read variables from a file, one per line
    #[arg(long, value_name = "FILE")]
    pub build_arg_file: Vec<String>,
    /// Give a further context, or something else in place of an image or a stage
    #[arg(long, value_name = "NAME=WHERE")]
    pub build_context: Vec<String>,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Take steps from another cache: NAME, type=registry,ref=NAME, type=local,src=FOLDER
    #[arg(long, value_name = "CACHE")]
    pub cache_from: Vec<String>,
    /// Put steps into another cache: type=inline, type=registry,ref=NAME, type=local,dest=FOLDER
    #[arg(long, value_name = "CACHE")]
    pub cache_to: Vec<String>,
    /// Do something else than build: build, check, outline, targets
    #[arg(long, value_name = "WHAT", default_value = "build")]
    pub call: String,
    /// Only look for mistakes, as --call=check
    #[arg(long)]
    pub check: bool,
    /// Say what steps may reach: deny, log, allow=NAME[:PORT], allow=NETWORK[:PORT]
    #[arg(long, value_name = "RULE", value_parser = egress::egress)]
    pub egress: Vec<Egress>,
    /// Set the Dockerfile; - is standard input (default PATH/Dockerfile)
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<String>,
    /// Make the manifest of this kind: oci or docker
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Read what is left out of the context from this file
    #[arg(long, value_name = "FILE")]
    pub ignorefile: Option<PathBuf>,
    /// Write the image's id to a file
    #[arg(long, value_name = "FILE")]
    pub iidfile: Option<PathBuf>,
    /// Ignored, as docker does with a warning
    #[arg(long, value_name = "ISOLATION", hide = true)]
    pub isolation: Option<String>,
    /// Build at most this many stages side by side
    #[arg(long, value_name = "NUMBER", value_parser = number::uint)]
    pub jobs: Option<u64>,
    /// Set a label on the image
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub label: Vec<String>,
    /// Keep what steps make as layers of their own, or with =false as one layer, and not for later builds
    #[arg(long, default_value = "true")]
    pub layers: bool,
    /// Make an image in the store, also when there are other outputs
    #[arg(long)]
    pub load: bool,
    /// Write what is known of the result to a file
    #[arg(long, value_name = "FILE")]
    pub metadata_file: Option<PathBuf>,
    /// Set the network of steps: default, none, host, or the name of one
    #[arg(long, value_name = "NETWORK", default_value = "default", alias = "net")]
    pub network: String,
    /// Do not use the cache
    #[arg(long)]
    pub no_cache: bool,
    /// Do not use the cache for these stages
    #[arg(long, value_name = "STAGE")]
    pub no_cache_filter: Vec<String>,
    /// Build for this operating system
    #[arg(long, value_name = "OS")]
    pub os: Option<String>,
    /// Say where the result goes: FOLDER, - or type=KIND,dest=FILE
    #[arg(short, long, value_name = "OUTPUT")]
    pub output: Vec<String>,
    /// Build for these platforms: os[/arch[/variant]]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Vec<String>,
    /// Show progress: auto, none, plain, quiet, rawjson, tty
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub progress: String,
    /// Attach nothing: only false is taken
    #[arg(long, value_name = "PROVENANCE", hide = true)]
    pub provenance: Option<String>,
    /// Ask registries for bases anew; also always, missing, newer or never
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", value_parser = pulling::pulling)]
    pub pull: Option<Pulling>,
    /// Push the image, as --output=type=registry
    #[arg(long)]
    pub push: bool,
    /// Print the image's id alone
    #[arg(short, long)]
    pub quiet: bool,
    /// How registries are asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// Attach nothing: only false is taken
    #[arg(long, value_name = "SBOM", hide = true)]
    pub sbom: Option<String>,
    /// Show a secret to steps that ask: id=NAME[,src=FILE|,env=VARIABLE]
    #[arg(long, value_name = "SECRET")]
    pub secret: Vec<String>,
    /// Ignored, as docker does with a warning
    #[arg(long, value_name = "OPTION", hide = true)]
    pub security_opt: Vec<String>,
    /// Set the size of /dev/shm
    #[arg(long, value_name = "BYTES", value_parser = ram_in_bytes)]
    pub shm_size: Option<u64>,
    /// Let nothing in the image be later than this: seconds since 1970
    #[arg(long, value_name = "SECONDS")]
    pub source_date_epoch: Option<String>,
    /// Make one layer of what the build adds
    #[arg(long)]
    pub squash: bool,
    /// Make one layer of all, the base included
    #[arg(long)]
    pub squash_all: bool,
    /// Show an agent or keys to steps that ask: default, ID=SOCKET, ID=KEY[,KEY]
    #[arg(long, value_name = "SSH")]
    pub ssh: Vec<String>,
    /// Name the image
    #[arg(short, long, value_name = "NAME[:TAG]")]
    pub tag: Vec<String>,
    /// Build up to this stage
    #[arg(long, value_name = "STAGE")]
    pub target: Option<String>,
    /// Let nothing in the image be later than this: seconds since 1970
    #[arg(long, value_name = "SECONDS")]
    pub timestamp: Option<String>,
    /// Set a limit of setrlimit(2) for steps
    #[arg(long, value_name = "NAME=SOFT[:HARD]", value_parser = ulimit)]
    pub ulimit: Vec<Ulimit>,
    /// Build for this variant of the architecture
    #[arg(long, value_name = "VARIANT")]
    pub variant: Option<String>,
    /// What COPY and ADD take from: a folder, a git repository, the URL of a tar, or - for standard input
    #[arg(value_name = "PATH | URL | -", required = true)]
    pub context: String,
}

/// How `imagetools create` and `bake` are to show progress, which has the words of `build`.
pub(super) fn progress(typed: &str, caller: &Caller) -> Result<build::wish::ProgressWish> {
    progress::chosen(typed, false, caller)
}

/// Refuses `--provenance` and `--sbom` of `bake`.
pub(super) fn attestations(provenance: Option<&str>, sbom: Option<&str>) -> Result<()> {
    attest::refuse(&[], provenance, sbom)
}

pub(super) use proxies::add as add_proxies;

pub(super) static VERB: Verb = Verb {
    about: "Build an image from a Dockerfile",
    usage: "[OPTIONS] PATH | URL | -",
    words: Words::Exactly(1),
    augment: BuildArgs::augment_args,
    later: later::BUILD,
    read: |matches| BuildArgs::from_arg_matches_mut(matches).map(|args| Invocation::Build(Box::new(args))),
};

impl BuildArgs {
    /// Builds, and tells the image's id where that was asked for.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let caller = Caller::current()?;
        self.builder.choose(&engine.paths, &caller)?;
        let mut wish = self.wish(&caller)?;
        wish.registries.docker_config = config.map(PathBuf::from);
        proxies::add(&mut wish, &engine.paths)?;
        self.notes(&caller).iter().for_each(|note| ui.talk(note));
        if wish.call != build::wish::Call::Build {
            return outcome::answer(&build::call::call(engine, &wish)?, &wish, ui);
        }
        outcome::refuse_terminal(&wish)?;
        outcome::forget(&wish)?;
        let built = build::build(engine, &wish)?;
        outcome::tell(&wish, &built, self.quiet, ui)?;
        Ok(0)
    }
}
