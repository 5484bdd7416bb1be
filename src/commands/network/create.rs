//! `rcon network create`

use super::super::parse::{egress, label::label};
use super::super::verb::{Verb, Words};
use super::super::{Invocation, later};
use super::Network;
use crate::engine::host::Engine;
use crate::engine::networks::create::{Asked, create};
use crate::error::Result;
use crate::network::egress::Egress;
use crate::output::Ui;
use clap::{Args, FromArgMatches};

/// The arguments of `network create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// Take docker's flag for clusters: containers can always be connected
    #[arg(long)]
    pub attachable: bool,
    /// Keep an address from containers, which something else has
    #[arg(long, value_name = "NAME=ADDRESS")]
    pub aux_address: Vec<String>,
    /// Choose the driver: bridge
    #[arg(short, long, value_name = "DRIVER", default_value = "bridge")]
    pub driver: String,
    /// Restrict what containers reach: deny, allow=NAME|NETWORK[:PORT], log
    #[arg(long, value_name = "RULE", value_parser = egress::egress)]
    pub egress: Vec<Egress>,
    /// Set the address of the way out, within a subnet
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    pub gateway: Vec<String>,
    /// Let nothing out of the network, and nothing in
    #[arg(long)]
    pub internal: bool,
    /// Take the containers' addresses from this part of a subnet
    #[arg(long, value_name = "NETWORK/BITS", value_delimiter = ',')]
    pub ip_range: Vec<String>,
    /// Give containers IPv4 addresses
    #[arg(long, default_value = "true")]
    pub ipv4: bool,
    /// Give containers IPv6 addresses
    #[arg(long)]
    pub ipv6: bool,
    /// Set a label on the network
    #[arg(long, value_name = "KEY[=VALUE]", value_parser = label)]
    pub label: Vec<(String, String)>,
    /// Set an option of the driver
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub opt: Vec<String>,
    /// Choose the network's addresses
    #[arg(long, value_name = "NETWORK/BITS", value_delimiter = ',')]
    pub subnet: Vec<String>,
    /// The network's name
    #[arg(value_name = "NETWORK")]
    pub name: String,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Create a network",
    usage: "[OPTIONS] NETWORK",
    words: Words::Exactly(1),
    augment: CreateArgs::augment_args,
    later: later::NETWORK_CREATE,
    read: |matches| {
        CreateArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Network(Network::Create(Box::new(args))))
    },
};

impl CreateArgs {
    /// Creates it and prints its id.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let pair = |typed: &String| {
            let (key, value) = typed.split_once('=').unwrap_or((typed, ""));
            (key.to_owned(), value.to_owned())
        };
        let network = create(
            engine,
            &Asked {
                auxiliary: self.aux_address.iter().map(pair).collect(),
                options: self.opt.iter().map(pair).collect(),
                egress: egress::together(&self.egress)?,
                name: self.name,
                driver: self.driver,
                subnets: self.subnet,
                ranges: self.ip_range,
                gateways: self.gateway,
                internal: self.internal,
                attachable: self.attachable,
                without_ipv4: !self.ipv4,
                ipv6: self.ipv6,
                labels: self.label.into_iter().collect(),
            },
        )?;
        ui.line(network.id)?;
        Ok(0)
    }
}
