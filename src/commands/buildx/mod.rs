//! `rcon buildx`, a file for each of its verbs. There is one builder, rcon itself, under the names it was given.

pub mod absent;
pub mod bake;
pub mod choose;
pub mod create;
pub mod du;
mod filters;
pub mod history;
pub mod imagetools;
pub mod inspect;
pub mod list;
pub mod prune;
pub mod rm;
pub mod stop;
pub mod version;

use crate::engine::host::Engine;
use crate::error::Result;
use crate::oci::platform::Wanted;
use crate::output::Ui;

/// What the one builder is driven by, as `ls` and `inspect` say.
const DRIVER: &str = "rcon";

/// The version of BuildKit that `ls` and `inspect` tell. Programs compare it with that of a feature; docker tells
/// `v0.0.0` and something behind it as well where BuildKit is its own.
const BUILDKIT: &str = concat!("v0.0.0+rcon-", env!("CARGO_PKG_VERSION"));

/// One of the verbs, with its arguments.
#[derive(Debug, Clone)]
pub enum Buildx {
    /// Verbs that are not there
    Absent(absent::Absent),
    /// `rcon buildx bake`
    Bake(Box<bake::BakeArgs>),
    /// `rcon buildx use`
    Choose(choose::ChooseArgs),
    /// `rcon buildx create`
    Create(create::CreateArgs),
    /// `rcon buildx du`
    Du(du::DuArgs),
    /// `rcon buildx history`, one of its verbs
    History(history::History),
    /// `rcon buildx imagetools create`
    ImagetoolsCreate(imagetools::create::CreateArgs),
    /// `rcon buildx imagetools inspect`
    ImagetoolsInspect(imagetools::inspect::InspectArgs),
    /// `rcon buildx inspect`
    Inspect(inspect::InspectArgs),
    /// `rcon buildx ls`
    List(list::ListArgs),
    /// `rcon buildx prune`
    Prune(prune::PruneArgs),
    /// `rcon buildx rm`
    Rm(rm::RmArgs),
    /// `rcon buildx stop`
    Stop(stop::StopArgs),
    /// `rcon buildx version`
    Version(version::VersionArgs),
}

impl Buildx {
    /// Runs it; `config` is docker's folder from before the verb.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        match self {
            Self::Absent(verb) => verb.run(ui),
            Self::Bake(args) => args.run(engine, config, ui),
            Self::Choose(args) => args.run(engine, ui),
            Self::Create(args) => args.run(engine, ui),
            Self::Du(args) => args.run(engine, ui),
            Self::History(verb) => verb.run(engine, ui),
            Self::ImagetoolsCreate(args) => args.run(engine, config, ui),
            Self::ImagetoolsInspect(args) => args.run(engine, config, ui),
            Self::Inspect(args) => args.run(engine, ui),
            Self::List(args) => args.run(engine, ui),
            Self::Prune(args) => args.run(engine, ui),
            Self::Rm(args) => args.run(engine, ui),
            Self::Stop(args) => args.run(engine, ui),
            Self::Version(args) => args.run(ui),
        }
    }
}

/// What the builder builds for.
fn platform() -> String {
    Wanted::of_this_machine().to_string()
}
