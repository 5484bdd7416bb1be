//! `rcon network connect`

use super::super::network_flags::settings;
use super::super::parse::network::{Attachment, option};
use super::super::parse::{link::link, number::int};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::engine::host::Engine;
use crate::engine::networks::{connect, fit::fit};
use crate::engine::wish::{Join, NetworkWish as Wish};
use crate::error::{Error, Kind, Result};
use clap::{Args, FromArgMatches};

/// The arguments of `network connect`.
#[derive(Debug, Clone, clap::Args)]
pub struct ConnectArgs {
    /// Give the container another name on this network
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub alias: Vec<String>,
    /// Set an option of the network's driver
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',')]
    pub driver_opt: Vec<String>,
    /// Prefer this network for the default route: the highest number wins
    #[arg(long, value_name = "NUMBER", default_value = "0", value_parser = int)]
    pub gw_priority: i64,
    /// Give the container this IPv4 address
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// Give the container this IPv6 address
    #[arg(long, value_name = "ADDRESS")]
    pub ip6: Option<String>,
    /// Let the container find another one by name
    #[arg(long, value_name = "CONTAINER[:ALIAS]", value_parser = link)]
    pub link: Vec<(String, String)>,
    /// Name or id of the network
    #[arg(value_name = "NETWORK")]
    pub network: String,
    /// Name or id of the container
    #[arg(value_name = "CONTAINER")]
    pub container: String,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Connect a container to a network",
    usage: "[OPTIONS] NETWORK CONTAINER",
    words: Words::Exactly(2),
    augment: ConnectArgs::augment_args,
    later: later::CONNECT,
    read: |matches| {
        ConnectArgs::from_arg_matches_mut(matches).map(|args| Invocation::Network(Network::Connect(args)))
    },
};

impl ConnectArgs {
    /// Connects it.
    pub fn run(self, engine: &Engine) -> Result<u8> {
        let options = self.driver_opt.iter().map(|typed| option(typed)).collect::<Result<_>>();
        let options = options.map_err(|_| Error::usage("invalid key/value pair format in driver options"))?;
        let network = engine.networks().find(&self.network)?;
        let record = engine.record(&engine.containers.find(&self.container)?)?;
        if matches!(record.wish.network, Wish::Host | Wish::Container(_) | Wish::Pasta(_)) {
            return Err(refused(
                "container sharing network namespace with another container or host cannot be connected to any other network",
            ));
        }
        match network.driver.as_str() {
            "host" => {
                return Err(refused(
                    "cannot connect container to host network - container must be created in host network mode",
                ));
            }
            "null" => {
                return Err(refused(
                    "container cannot be connected to multiple networks with one of the networks in private (none) mode",
                ));
            }
            _ => {}
        }
        let asked = Attachment {
            target: network.name.clone(),
            aliases: self.alias,
            ipv4: self.ip.filter(|typed| !typed.is_empty()),
            ipv6: self.ip6.filter(|typed| !typed.is_empty()),
            mac: None,
            priority: self.gw_priority,
            options,
        };
        let join = settings(&asked).map_err(|wrong| unfit(&wrong))?;
        let join = Join { links: self.link, ..join };
        fit(&network, &join).map_err(|wrong| unfit(&[wrong]))?;
        connect::connect(engine, &self.container, &join)?;
        Ok(0)
    }
}

fn refused(what: &str) -> Error {
    Error::new(Kind::Conflict, what)
}

/// docker's words for settings that a network does not take.
fn unfit(wrong: &[String]) -> Error {
    Error::usage(format!("invalid endpoint settings:\n{}", super::super::network_flags::list(wrong)))
}
