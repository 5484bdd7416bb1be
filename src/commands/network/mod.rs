//! `rcon network …`

pub mod connect;
pub mod create;
pub mod disconnect;
pub mod exists;
pub mod inspect;
pub mod list;
pub mod prune;
pub mod rm;

use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;

/// A verb of networks with its arguments.
#[derive(Debug, Clone)]
pub enum Network {
    /// `rcon network connect`
    Connect(connect::ConnectArgs),
    /// `rcon network create`
    Create(Box<create::CreateArgs>),
    /// `rcon network disconnect`
    Disconnect(disconnect::DisconnectArgs),
    /// `rcon network exists`
    Exists(exists::ExistsArgs),
    /// `rcon network ls`
    List(list::ListArgs),
    /// `rcon network prune`
    Prune(prune::PruneArgs),
    /// `rcon network rm`
    Rm(rm::RmArgs),
}

impl Network {
    /// Runs it; gives the exit code.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        match self {
            Self::Connect(args) => args.run(engine),
            Self::Create(args) => args.run(engine, ui),
            Self::Disconnect(args) => args.run(engine),
            Self::Exists(args) => args.run(engine),
            Self::List(args) => args.run(engine, ui),
            Self::Prune(args) => args.run(engine, ui),
            Self::Rm(args) => args.run(engine, ui),
        }
    }
}
