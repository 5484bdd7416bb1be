//! `rcon manifest`, a file for each of its verbs.

pub mod add;
pub mod annotate;
pub mod create;
pub mod inspect;
pub mod push;
pub mod rm;

use super::registry_flags::RegistryFlags;
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;

/// One of the verbs, with its arguments.
#[derive(Debug, Clone)]
pub enum Manifest {
    /// `rcon manifest add`
    Add(add::AddArgs),
    /// `rcon manifest annotate`
    Annotate(annotate::AnnotateArgs),
    /// `rcon manifest create`
    Create(create::CreateArgs),
    /// `rcon manifest inspect`
    Inspect(inspect::InspectArgs),
    /// `rcon manifest push`
    Push(push::PushArgs),
    /// `rcon manifest rm`
    Rm(rm::RmArgs),
}

impl Manifest {
    /// Runs it; `config` is docker's folder from before the verb.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        match self {
            Self::Add(args) => args.run(engine, config, ui),
            Self::Annotate(args) => args.run(engine),
            Self::Create(args) => args.run(engine, config, ui),
            Self::Inspect(args) => args.run(engine, config, ui),
            Self::Push(args) => args.run(engine, config, ui),
            Self::Rm(args) => args.run(engine, ui),
        }
    }
}

/// How registries are asked, with docker's word for it as well.
#[derive(Debug, Clone, clap::Args)]
pub struct AskFlags {
    /// Require neither HTTPS nor a valid certificate
    #[arg(long)]
    pub insecure: bool,
    /// How the registry is asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
}

impl AskFlags {
    /// The one set of flags that both are.
    fn resolved(&self) -> RegistryFlags {
        let mut flags = self.registry.clone();
        if self.insecure {
            flags.tls_verify = Some(false);
        }
        flags
    }
}

/// What a list says of a member.
#[derive(Debug, Clone, clap::Args)]
pub struct PlatformFlags {
    /// Set the architecture
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    /// Set the operating system
    #[arg(long, value_name = "OS")]
    pub os: Option<String>,
    /// Add features of the operating system, separated by commas
    #[arg(long, value_name = "FEATURE", value_delimiter = ',')]
    pub os_features: Vec<String>,
    /// Set the version of the operating system
    #[arg(long, value_name = "VERSION")]
    pub os_version: Option<String>,
    /// Set the variant of the architecture
    #[arg(long, value_name = "VARIANT")]
    pub variant: Option<String>,
}

impl PlatformFlags {
    fn change(self) -> crate::engine::manifest::annotate::Change {
        crate::engine::manifest::annotate::Change {
            architecture: self.arch,
            os: self.os,
            os_version: self.os_version,
            os_features: self.os_features,
            variant: self.variant,
        }
    }
}
