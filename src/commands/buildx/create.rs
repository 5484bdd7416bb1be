//! `rcon buildx create`

use super::Buildx;
use crate::build::builders::Names;
use crate::commands::build::BuilderFlags;
use crate::commands::parse::duration::duration;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::names;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use std::time::Duration;

/// The arguments of `buildx create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// Give a name that is there already
    #[arg(long)]
    pub append: bool,
    /// Start the builder, which is always ready
    #[arg(long)]
    pub bootstrap: bool,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// No effect: there is no BuildKit daemon
    #[arg(long, alias = "config", value_name = "FILE")]
    pub buildkitd_config: Option<String>,
    /// No effect: there is no BuildKit daemon
    #[arg(long, value_name = "FLAGS")]
    pub buildkitd_flags: Option<String>,
    /// Set what builds: rcon, or docker and docker-container, which are taken for it
    #[arg(long, value_name = "DRIVER")]
    pub driver: Option<String>,
    /// No effect: the driver has no options
    #[arg(long, value_name = "OPTION")]
    pub driver_opt: Vec<String>,
    /// Remove a node; the only one stays
    #[arg(long)]
    pub leave: bool,
    /// Set the name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Name the node, of which there is one
    #[arg(long, value_name = "NODE")]
    pub node: Option<String>,
    /// No effect: the builder builds for this machine
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Vec<String>,
    /// No effect: nothing is waited for
    #[arg(long, value_name = "DURATION", value_parser = duration, hide = true)]
    pub timeout: Option<Duration>,
    /// Use the name where none is given
    #[arg(long = "use")]
    pub choose: bool,
    /// The context, of which there is one
    #[arg(value_name = "CONTEXT|ENDPOINT")]
    pub endpoint: Option<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Give the builder a further name",
    usage: "[OPTIONS] [CONTEXT|ENDPOINT]",
    words: Words::AtMost(1),
    augment: CreateArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        CreateArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::Create(args))))
    },
};

impl CreateArgs {
    /// Makes the name, and prints it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        check_driver(self.driver.as_deref())?;
        check_endpoint(self.endpoint.as_deref())?;
        let again = self.append || self.leave || self.node.is_some();
        let named = self.name.as_deref().or(self.builder.builder.as_deref());
        let name = match named.filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None if self.append || self.leave => Names::read(&engine.paths)?.current().to_owned(),
            None => names::random_name(0)?,
        };
        Names::change(&engine.paths, |all| {
            if !(again && all.has(&name)) {
                all.create(&name)?;
            }
            if self.choose { all.choose(&name) } else { Ok(()) }
        })?;
        self.notes(&name).iter().for_each(|note| ui.talk(note));
        ui.line(name)?;
        Ok(0)
    }

    fn notes(&self, name: &str) -> Vec<String> {
        let mut notes =
            vec![format!("NOTE: there is one builder, rcon itself; {name} is a further name of it")];
        let given = [
            ("buildkitd-config", self.buildkitd_config.as_ref().is_some_and(|typed| !typed.is_empty())),
            ("buildkitd-flags", self.buildkitd_flags.as_ref().is_some_and(|typed| !typed.is_empty())),
            ("driver-opt", !self.driver_opt.is_empty()),
            ("leave", self.leave),
            ("platform", !self.platform.is_empty()),
        ];
        let without_effect = given.iter().filter(|(_, given)| *given);
        notes.extend(without_effect.map(|(flag, _)| format!("NOTE: --{flag} has no effect")));
        notes
    }
}

/// A builder in a container is taken for rcon, which needs none; one elsewhere is refused.
fn check_driver(typed: Option<&str>) -> Result<()> {
    match typed {
        None | Some("" | "docker" | "docker-container" | "rcon") => Ok(()),
        Some(driver @ ("kubernetes" | "remote" | "cloud")) => {
            Err(Error::new(Kind::Unsupported, format!("driver {driver:?} is not supported"))
                .because("rcon builds on this machine only"))
        }
        Some(other) => Err(Error::usage(format!("failed to find driver {other:?}"))),
    }
}

fn check_endpoint(typed: Option<&str>) -> Result<()> {
    match typed {
        Some(address) if address.contains("://") && !address.starts_with("unix://") => {
            Err(Error::new(Kind::Unsupported, format!("endpoint {address:?} is not supported"))
                .because("rcon has no daemon to connect to"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_elsewhere_is_refused() {
        for (driver, fine) in [("docker-container", true), ("rcon", true), ("remote", false), ("foo", false)]
        {
            assert_eq!(check_driver(Some(driver)).is_ok(), fine, "{driver}");
        }
        assert_eq!(check_driver(Some("foo")).unwrap_err().to_string(), "failed to find driver \"foo\"");
        assert!(check_endpoint(Some("default")).is_ok() && check_endpoint(Some("tcp://a:1")).is_err());
    }
}
