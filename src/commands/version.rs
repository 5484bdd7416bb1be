//! `rcon version`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::info;
use crate::error::Result;
use crate::output::Ui;
use crate::output::template::{self, Template, json_line};
use clap::{Args, FromArgMatches};
use serde_json::Value as Json;

/// docker's exit code for a template that cannot be parsed.
const WRONG_TEMPLATE: u8 = 64;

/// The arguments of `version`.
#[derive(Debug, Clone, clap::Args)]
pub struct VersionArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    pub format: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Show the version of rcon",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: VersionArgs::augment_args,
    later: later::NONE,
    read: |matches| VersionArgs::from_arg_matches_mut(matches).map(Invocation::Version),
};

impl VersionArgs {
    /// Prints the version.
    pub fn run(self, ui: &mut Ui) -> Result<u8> {
        let format = self.format.as_deref().unwrap_or_default();
        if let Err(error) = Template::parse(format) {
            ui.talk(error);
            return Ok(WRONG_TEMPLATE);
        }
        match format {
            "" => ui.print(info::version_text())?,
            "json" => ui.line(json_line(&info::version()))?,
            source => ui.line(template::inspect(source, &with_go_names(info::version(), source))?)?,
        }
        Ok(0)
    }
}

/// `.Server.APIVersion` is what docker's Go types call `ApiVersion` of the JSON: there under both names
/// where a template asks for it.
fn with_go_names(mut version: Json, source: &str) -> Json {
    if source.contains(".APIVersion") {
        for side in version.as_object_mut().into_iter().flat_map(|sides| sides.values_mut()) {
            side["APIVersion"] = side["ApiVersion"].clone();
        }
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_names_are_understood_and_not_shown() {
        let shown = |source| template::inspect(source, &with_go_names(info::version(), source)).unwrap();
        assert_eq!(shown("{{.Server.APIVersion}} {{.Client.APIVersion}}"), "1.50 1.50");
        assert_eq!(shown("{{.Server.ApiVersion}}"), "1.50");
        assert!(!shown("{{json .}}").contains("\"APIVersion\""));
    }
}
