//! `rcon inspect`, and its narrower forms `container inspect` and `image inspect`.

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::error::{Error, Kind, Result};
use clap::{Args, FromArgMatches};

/// What is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspected {
    /// A container.
    Container,
    /// An image.
    Image,
}

/// The arguments of `inspect`.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show how much a container takes on disk
    #[arg(short, long)]
    pub size: bool,
    /// Look only at objects of this type: container or image
    #[arg(long = "type", value_name = "TYPE", value_parser = inspected)]
    pub only: Option<Inspected>,
    /// Names or ids
    #[arg(required = true, value_name = "NAME|ID")]
    pub names: Vec<String>,
}

#[derive(clap::Args)]
struct ContainerInspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    format: Option<String>,
    /// Show how much each container takes on disk
    #[arg(short, long)]
    size: bool,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    names: Vec<String>,
}

#[derive(clap::Args)]
struct ImageInspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    format: Option<String>,
    /// Names or ids of images
    #[arg(required = true, value_name = "IMAGE")]
    names: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Show all that is known of containers and images",
    usage: "[OPTIONS] NAME|ID [NAME|ID...]",
    words: Words::AtLeast(1),
    augment: InspectArgs::augment_args,
    later: later::NONE,
    read: |matches| InspectArgs::from_arg_matches_mut(matches).map(Invocation::Inspect),
};

pub(super) static CONTAINER: Verb = Verb {
    about: "Show all that is known of one or more containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: ContainerInspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        let ContainerInspectArgs { format, size, names } =
            ContainerInspectArgs::from_arg_matches_mut(matches)?;
        Ok(Invocation::Inspect(InspectArgs { format, size, only: Some(Inspected::Container), names }))
    },
};

pub(super) static IMAGE: Verb = Verb {
    about: "Show all that is known of one or more images",
    usage: "[OPTIONS] IMAGE [IMAGE...]",
    words: Words::AtLeast(1),
    augment: ImageInspectArgs::augment_args,
    later: later::PLATFORM,
    read: |matches| {
        let ImageInspectArgs { format, names } = ImageInspectArgs::from_arg_matches_mut(matches)?;
        Ok(Invocation::Inspect(InspectArgs { format, size: false, only: Some(Inspected::Image), names }))
    },
};

fn inspected(typed: &str) -> Result<Inspected> {
    match typed {
        "container" => Ok(Inspected::Container),
        "image" => Ok(Inspected::Image),
        "config" | "network" | "node" | "plugin" | "secret" | "service" | "task" | "volume" => {
            Err(Error::new(Kind::Unsupported, format!("objects of type {typed:?} are not there yet")))
        }
        other => {
            Err(Error::usage(format!("unknown type: {other:?}: must be one of \"container\", \"image\"")))
        }
    }
}
