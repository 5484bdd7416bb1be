//! `rcon port`

use super::parse::port::uint16;
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::networks::publish;
use crate::engine::state::State;
use crate::error::{Error, Kind, Result};
use crate::network::port::Published;
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::net::SocketAddr;

/// The arguments of `port`.
#[derive(Debug, Clone, clap::Args)]
pub struct PortArgs {
    /// Name or id of a container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
    /// A port of the container; tcp where no protocol is named
    #[arg(value_name = "PRIVATE_PORT[/PROTO]")]
    pub port: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "List the ports that a container publishes, or where one of them is",
    usage: "CONTAINER [PRIVATE_PORT[/PROTO]]",
    words: Words::Between(1, 2),
    augment: PortArgs::augment_args,
    later: later::NONE,
    read: |matches| PortArgs::from_arg_matches_mut(matches).map(Invocation::Port),
};

impl PortArgs {
    /// Prints a line for each.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let id = engine.containers.find(&self.container)?;
        let runs = matches!(engine.observe(&id)?, State::Running { .. });
        let mut published = if runs { publish::published(engine, &id) } else { Vec::new() };
        published.sort_unstable();
        let Some(typed) = &self.port else {
            for one in &published {
                ui.line(format_args!("{} -> {}", one.container, place(one)))?;
            }
            return Ok(0);
        };
        let wanted = complete(typed)?;
        published.retain(|one| one.container.to_string() == wanted);
        if published.is_empty() {
            let what = format!("No public port '{typed}' published for {}", self.container);
            return Err(Error::new(Kind::NotFound, what));
        }
        published.iter().try_for_each(|one| ui.line(place(one)))?;
        Ok(0)
    }
}

/// `80/tcp` for `80`.
fn complete(typed: &str) -> Result<String> {
    let (number, protocol) = typed.split_once('/').unwrap_or((typed, "tcp"));
    let number = uint16(number).map_err(|error| Error::usage(format!("invalid port ({typed}): {error}")))?;
    Ok(format!("{number}/{}", if protocol.is_empty() { "tcp" } else { protocol }))
}

fn place(published: &Published) -> SocketAddr {
    SocketAddr::new(published.address, published.host)
}
