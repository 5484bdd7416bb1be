//! `rcon buildx ls`

use super::{BUILDKIT, Buildx, DRIVER, platform};
use crate::build::builders::{Names, OWN};
use crate::commands::build::BuilderFlags;
use crate::commands::parse::duration::duration;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;
use crate::output::listing::{Listing, Row};
use clap::{Args, FromArgMatches};
use serde_json::json;
use std::time::Duration;

/// The arguments of `buildx ls`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Do not shorten the output, which is never long
    #[arg(long)]
    pub no_trunc: bool,
    /// No effect: nothing is waited for
    #[arg(long, value_name = "DURATION", value_parser = duration, hide = true)]
    pub timeout: Option<Duration>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "List the names of the builder",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: ListArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        ListArgs::from_arg_matches_mut(matches).map(|args| Invocation::Buildx(Box::new(Buildx::List(args))))
    },
};

const LISTING: Listing<'_> = Listing {
    headers: &[
        ("Name", "NAME/NODE"),
        ("DriverEndpoint", "DRIVER/ENDPOINT"),
        ("LastActivity", "LAST ACTIVITY"),
        ("Status", "STATUS"),
        ("Buildkit", "BUILDKIT"),
        ("Platforms", "PLATFORMS"),
        ("Error", "ERROR"),
    ],
    default: "table {{.Name}}\t{{.DriverEndpoint}}\t{{.Status}}\t{{.Buildkit}}\t{{.Platforms}}",
    raw: None,
};

impl ListArgs {
    /// Lists the names, each with its node; as JSON, each once.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let names = Names::read(&engine.paths)?;
        let all: Vec<&str> =
            std::iter::once(OWN[0]).chain(names.created.iter().map(String::as_str)).collect();
        let format = self.format.as_deref();
        if matches!(format, Some("json" | "{{json .}}")) {
            for name in all {
                ui.line(object(name, names.current()))?;
            }
            return Ok(0);
        }
        let rows: Vec<Row> = all.iter().flat_map(|name| rows(name, names.current())).collect();
        ui.print(LISTING.render(format, &rows)?)?;
        Ok(0)
    }
}

fn rows(name: &str, current: &str) -> [Row; 2] {
    let row = |name: String, endpoint: &str, status: &str, buildkit: &str, platforms: String| {
        Row::of([
            ("Name", name),
            ("DriverEndpoint", endpoint.to_owned()),
            ("LastActivity", String::new()),
            ("Status", status.to_owned()),
            ("Buildkit", buildkit.to_owned()),
            ("Platforms", platforms),
            ("Error", String::new()),
        ])
    };
    let star = if name == current { "*" } else { "" };
    [
        row(format!("{name}{star}"), DRIVER, "", "", String::new()),
        row(format!(" \\_ {name}"), &format!(" \\_ {name}"), "running", BUILDKIT, platform()),
    ]
}

fn object(name: &str, current: &str) -> serde_json::Value {
    json!({
        "Current": name == current,
        "Driver": DRIVER,
        "Dynamic": false,
        "Name": name,
        "Nodes": [{
            "Endpoint": name,
            "Name": name,
            "Platforms": [platform()],
            "Status": "running",
            "Version": BUILDKIT,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_name_has_a_star() {
        let rows: Vec<Row> = ["default", "ci"].iter().flat_map(|name| rows(name, "ci")).collect();
        let text = LISTING.render(Some("{{.Name}} {{.DriverEndpoint}}"), &rows).unwrap();
        assert_eq!(text, "default rcon\n \\_ default  \\_ default\nci* rcon\n \\_ ci  \\_ ci\n");
        assert_eq!(object("ci", "ci")["Current"], true);
    }
}
