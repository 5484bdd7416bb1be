//! `rcon system df`

mod verbose;

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::build::cache::{self, entry::Entry};
use crate::engine::host::Engine;
use crate::engine::usage::{self, Usage};
use crate::error::Result;
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, size};
use clap::{Args, FromArgMatches};

/// The arguments of `system df`.
#[derive(Debug, Clone, clap::Args)]
pub struct DfArgs {
    /// Print by a template: table, table TEMPLATE, json, raw or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show each image, container and volume
    #[arg(short, long)]
    pub verbose: bool,
}

pub(super) static VERB: Verb = Verb {
    about: "Show how much images, containers and volumes take on disk",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: DfArgs::augment_args,
    later: later::NONE,
    read: |matches| DfArgs::from_arg_matches_mut(matches).map(Invocation::Df),
};

const LISTING: Listing<'static> = Listing {
    headers: &[
        ("Type", "TYPE"),
        ("TotalCount", "TOTAL"),
        ("Active", "ACTIVE"),
        ("Size", "SIZE"),
        ("Reclaimable", "RECLAIMABLE"),
    ],
    default: "table {{.Type}}\\t{{.TotalCount}}\\t{{.Active}}\\t{{.Size}}\\t{{.Reclaimable}}",
    raw: Some(
        "type: {{.Type}}\\ntotal: {{.TotalCount}}\\nactive: {{.Active}}\\nsize: {{.Size}}\\n\
         reclaimable: {{.Reclaimable}}\\n",
    ),
};

impl DfArgs {
    /// Prints one line for each kind of thing, or all things.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        engine.enter()?;
        let usage = usage::measure(engine)?;
        let cache = cache::list(engine)?;
        match self.verbose {
            true => ui.print(verbose::text(&usage, &cache, self.format.as_deref())?)?,
            false => ui.print(LISTING.render(self.format.as_deref(), &summary(&usage, &cache))?)?,
        }
        Ok(0)
    }
}

/// docker's four rows.
fn summary(usage: &Usage, cache: &[Entry]) -> [Row; 4] {
    let images = usage.images.iter().filter(|image| image.containers > 0).count();
    let running = usage.containers.iter().filter(|container| container.runs()).count();
    let idle = usage.containers.iter().filter(|container| !container.runs());
    let linked = usage.volumes.iter().filter(|volume| volume.links > 0).count();
    let unlinked = usage.volumes.iter().filter(|volume| volume.links == 0);
    let containers_size = usage.containers.iter().map(|container| container.size).sum();
    let volumes_size = usage.volumes.iter().map(|volume| volume.size).sum();
    [
        row("Images", [usage.images.len(), images], usage.layers, usage.reclaimable_layers),
        row(
            "Containers",
            [usage.containers.len(), running],
            containers_size,
            idle.map(|container| container.size).sum(),
        ),
        row(
            "Local Volumes",
            [usage.volumes.len(), linked],
            volumes_size,
            unlinked.map(|volume| volume.size).sum(),
        ),
        cache_row(cache),
    ]
}

/// What images have as well is not counted, and there is no percent.
fn cache_row(cache: &[Entry]) -> Row {
    let bytes = |is: fn(&Entry) -> bool| {
        let own = cache.iter().filter(|entry| !entry.shared && is(entry));
        size::human_precise(own.map(|entry| entry.size).fold(0, u64::saturating_add))
    };
    Row::of([
        ("Type", "Build Cache".to_owned()),
        ("TotalCount", cache.len().to_string()),
        ("Active", cache.iter().filter(|entry| entry.in_use).count().to_string()),
        ("Size", bytes(|_| true)),
        ("Reclaimable", bytes(Entry::is_reclaimable)),
    ])
}

fn row(kind: &str, [total, active]: [usize; 2], bytes: u64, reclaimable: u64) -> Row {
    Row::of([
        ("Type", kind.to_owned()),
        ("TotalCount", total.to_string()),
        ("Active", active.to_string()),
        ("Size", size::human_precise(bytes)),
        ("Reclaimable", share(reclaimable, bytes)),
    ])
}

/// `3kB (75%)`, and without the percent of nothing.
fn share(part: u64, whole: u64) -> String {
    let text = size::human_precise(part);
    let percent = (u128::from(part) * 100).checked_div(u128::from(whole));
    percent.map_or(text.clone(), |percent| format!("{text} ({percent}%)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_its_percent_unless_there_is_nothing() {
        assert_eq!(share(3000, 4000), "3kB (75%)");
        assert_eq!(share(0, 4000), "0B (0%)");
        assert_eq!(share(0, 0), "0B");
        assert_eq!(share(u64::MAX, u64::MAX), "18.45EB (100%)");
    }
}
