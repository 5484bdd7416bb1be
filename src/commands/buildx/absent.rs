//! Verbs of buildx that rcon does not have. Each says why; those that change nothing anyway succeed.

use super::Buildx;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use clap::Args;

/// A verb that is known, and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// `rcon buildx dap`
    Dap,
    /// `rcon buildx debug`
    Debug,
    /// `rcon buildx dial-stdio`
    DialStdio,
    /// `rcon buildx history export`
    HistoryExport,
    /// `rcon buildx history import`
    HistoryImport,
    /// `rcon buildx history open`
    HistoryOpen,
    /// `rcon buildx history trace`
    HistoryTrace,
    /// `rcon buildx install`
    Install,
    /// `rcon buildx policy`
    Policy,
    /// `rcon buildx uninstall`
    Uninstall,
}

/// Whatever follows such a verb.
#[derive(Debug, Clone, clap::Args)]
struct AnyArgs {
    /// Not read
    #[arg(num_args = 0.., trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARG", hide = true)]
    _words: Vec<String>,
}

macro_rules! absent {
    ($name:ident, $variant:ident, $about:literal) => {
        pub(in crate::commands) static $name: Verb = Verb {
            about: $about,
            usage: "[ARG...]",
            words: Words::AtLeast(0),
            augment: AnyArgs::augment_args,
            later: later::NONE,
            read: |_| Ok(Invocation::Buildx(Box::new(Buildx::Absent(Absent::$variant)))),
        };
    };
}

absent!(DAP, Dap, "Not supported: debug builds by the debug adapter protocol");
absent!(DEBUG, Debug, "Not supported: debug builds");
absent!(DIAL_STDIO, DialStdio, "Not supported: speak with a BuildKit daemon");
absent!(HISTORY_EXPORT, HistoryExport, "Not supported: export records of builds");
absent!(HISTORY_IMPORT, HistoryImport, "Not supported: import records into Docker Desktop");
absent!(HISTORY_OPEN, HistoryOpen, "Not supported: open a record in Docker Desktop");
absent!(HISTORY_TRACE, HistoryTrace, "Not supported: show the trace of a build");
absent!(INSTALL, Install, "Make `build` the same as `buildx build`, as it always is");
absent!(POLICY, Policy, "Not supported: policies of sources");
absent!(UNINSTALL, Uninstall, "Change nothing: `build` stays the same as `buildx build`");

impl Absent {
    /// Says why there is no such verb, or that there was nothing to do.
    pub fn run(self, ui: &mut Ui) -> Result<u8> {
        const DESKTOP: &str = "there is no Docker Desktop";
        let (verb, why) = match self {
            Self::Install => return Ok(0),
            Self::Uninstall => {
                ui.talk("NOTE: rcon build stays the same as rcon buildx build");
                return Ok(0);
            }
            Self::Dap => ("dap", "builds cannot be stopped between steps"),
            Self::Debug => ("debug", "builds cannot be stopped between steps"),
            Self::DialStdio => ("dial-stdio", "rcon has no daemon to connect to"),
            Self::HistoryExport => ("history export", DESKTOP),
            Self::HistoryImport => ("history import", DESKTOP),
            Self::HistoryOpen => ("history open", DESKTOP),
            Self::HistoryTrace => ("history trace", "builds are not traced"),
            Self::Policy => ("policy", "policies of sources are not supported"),
        };
        Err(Error::new(Kind::Unsupported, format!("buildx {verb} is not supported")).because(why))
    }
}
