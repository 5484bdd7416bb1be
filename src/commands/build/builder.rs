//! `--builder` and `--debug`, which every verb of buildx has.

use crate::build::builders::Names;
use crate::commands::caller::Caller;
use crate::error::Result;
use crate::paths::Paths;
use clap::ArgMatches;
use std::ffi::OsString;

/// The builder that is meant, and how much it says.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct BuilderFlags {
    /// Name the builder: there is one, under the names it was given
    #[arg(long, value_name = "NAME", hide = true)]
    pub builder: Option<String>,
    /// Say more, which no verb of buildx does
    #[arg(short = 'D', long, hide = true)]
    pub debug: bool,
}

impl BuilderFlags {
    /// What stood before a verb's name, to stand behind it.
    pub(in crate::commands) fn carried(matches: &ArgMatches) -> Vec<OsString> {
        let name = matches.get_one::<String>("builder");
        name.map(|name| OsString::from(format!("--builder={name}"))).into_iter().collect()
    }

    /// The builder that is meant: the flag's, else that of `$BUILDX_BUILDER`, else the current one.
    ///
    /// # Errors
    /// [`crate::error::Kind::NotFound`] in buildx's words.
    pub fn choose(&self, paths: &Paths, caller: &Caller) -> Result<String> {
        self.or(None, paths, caller)
    }

    /// The same, where `typed` as a word goes before the flag.
    ///
    /// # Errors
    /// As [`BuilderFlags::choose`].
    pub fn or(&self, typed: Option<&str>, paths: &Paths, caller: &Caller) -> Result<String> {
        let variable = caller.variable("BUILDX_BUILDER").filter(|name| !name.is_empty());
        let typed = typed.or(self.builder.as_deref().filter(|name| !name.is_empty()));
        Names::read(paths)?.named(typed.or(variable.as_deref())).map(str::to_owned)
    }
}
