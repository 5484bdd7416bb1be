//! `rcon buildx du`, `rcon builder du`

use super::{Buildx, filters};
use crate::build::cache::{self, entry::Entry};
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::parse::duration::duration;
use crate::commands::parse::filter::{Filter, filter};
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::engine::host::Engine;
use crate::error::{Error, Result};
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, size, time};
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// The arguments of `du`.
#[derive(Debug, Clone, clap::Args)]
pub struct DuArgs {
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Show only what meets a condition: until=, id=, parents=, type=, description=, inuse=, mutable=, shared=
    #[arg(long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// No effect: nothing is waited for
    #[arg(long, value_name = "DURATION", value_parser = duration, hide = true)]
    pub timeout: Option<Duration>,
    /// Show all that is known of each
    #[arg(long)]
    pub verbose: bool,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Show what is in the cache of builds",
    usage: "[OPTIONS]",
    words: Words::None,
    augment: DuArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        DuArgs::from_arg_matches_mut(matches).map(|args| Invocation::Buildx(Box::new(Buildx::Du(args))))
    },
};

const LISTING: Listing<'_> = Listing {
    headers: &[
        ("ID", "ID"),
        ("Parents", "PARENTS"),
        ("CreatedAt", "CREATED AT"),
        ("Mutable", "MUTABLE"),
        ("Reclaimable", "RECLAIMABLE"),
        ("Shared", "SHARED"),
        ("Size", "SIZE"),
        ("Description", "DESCRIPTION"),
        ("UsageCount", "USAGE COUNT"),
        ("LastUsedAt", "LAST ACCESSED"),
        ("Type", "TYPE"),
    ],
    default: "table {{.ID}}\t{{.Reclaimable}}\t{{.Size}}\t{{.LastUsedAt}}",
    raw: None,
};

impl DuArgs {
    /// Lists the cache.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        if self.verbose && self.format.as_deref().is_some_and(|format| !format.is_empty()) {
            return Err(Error::usage("--format and --verbose are mutually exclusive"));
        }
        self.builder.choose(&engine.paths, &Caller::current()?)?;
        let wish = filters::read(&self.filter)?;
        engine.enter()?;
        let now = Timestamp::now();
        let mut entries = cache::list(engine)?;
        entries.retain(|entry| wish.means(entry, now));
        match self.verbose {
            true => entries.iter().try_for_each(|entry| ui.print(block(entry, now)))?,
            false => ui.print(listed(&entries, self.format.as_deref(), now)?)?,
        }
        let in_words = matches!(self.format.as_deref(), None | Some("" | "table"));
        if in_words && self.filter.is_empty() {
            ui.print(summary(&entries))?;
        }
        Ok(0)
    }
}

fn listed(entries: &[Entry], format: Option<&str>, now: Timestamp) -> Result<String> {
    let is_table = format.is_none_or(|format| format.is_empty() || format.starts_with("table"));
    let rows: Vec<Row> = entries.iter().map(|entry| row(entry, is_table, now)).collect();
    LISTING.render(format, &rows)
}

/// In a table a star marks what is mutable, and what is shared.
fn row(entry: &Entry, is_table: bool, now: Timestamp) -> Row {
    let star = |is: bool| if is && is_table { "*" } else { "" };
    let fields: [(&str, Value); 11] = [
        ("ID", json!(format!("{}{}", entry.id, star(entry.is_mutable())))),
        ("Parents", if entry.parents.is_empty() { Value::Null } else { json!(entry.parents) }),
        ("CreatedAt", json!(moment(entry.created))),
        ("Mutable", json!(entry.is_mutable())),
        ("Reclaimable", json!(entry.is_reclaimable())),
        ("Shared", json!(entry.shared)),
        ("Size", json!(format!("{}{}", size::human_precise(entry.size), star(entry.shared)))),
        ("Description", json!(entry.description)),
        ("UsageCount", json!(entry.uses)),
        ("LastUsedAt", json!(last_used(entry, now).unwrap_or_default())),
        ("Type", json!(entry.kind)),
    ];
    let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Row { fields, ..Row::default() }
}

/// `2026-01-02 03:04:05.06 +0000 UTC`: how Go shows a time.
fn moment(at: Timestamp) -> String {
    time::rfc3339(at).replace('T', " ").replace('Z', " +0000 UTC")
}

fn last_used(entry: &Entry, now: Timestamp) -> Option<String> {
    entry.last_used.map(|then| time::human_ago(then, now))
}

/// What is known of `entry`, a line each and an empty one.
fn block(entry: &Entry, now: Timestamp) -> String {
    let line = |(name, value): &(&str, String)| match value.starts_with('\n') {
        true => format!("{name}{value}\n"),
        false => format!("{name:<14}{value}\n"),
    };
    lines(entry, now).iter().map(line).collect::<String>() + "\n"
}

/// The lines of `--verbose`, here and in `prune`.
pub(super) fn lines(entry: &Entry, now: Timestamp) -> Vec<(&'static str, String)> {
    let mut lines = vec![("ID:", entry.id.clone())];
    if !entry.parents.is_empty() {
        let parents: String = entry.parents.iter().map(|parent| format!("\n - {parent}")).collect();
        lines.push(("Parents:", parents));
    }
    lines.push(("Created at:", moment(entry.created)));
    lines.push(("Mutable:", entry.is_mutable().to_string()));
    lines.push(("Reclaimable:", entry.is_reclaimable().to_string()));
    lines.push(("Shared:", entry.shared.to_string()));
    lines.push(("Size:", size::human_precise(entry.size)));
    if !entry.description.is_empty() {
        lines.push(("Description:", entry.description.clone()));
    }
    lines.push(("Usage count:", entry.uses.to_string()));
    lines.extend(last_used(entry, now).map(|ago| ("Last used:", ago)));
    if !entry.kind.is_empty() {
        lines.push(("Type:", entry.kind.clone()));
    }
    lines
}

fn summary(entries: &[Entry]) -> String {
    let sum = |is: fn(&Entry) -> bool| {
        entries.iter().filter(|entry| is(entry)).map(|entry| entry.size).fold(0, u64::saturating_add)
    };
    let (total, shared) = (sum(|_| true), sum(|entry| entry.shared));
    let mut text = String::new();
    if shared > 0 {
        text.push_str(&format!("Shared:\t\t{}\n", size::human_precise(shared)));
        text.push_str(&format!("Private:\t{}\n", size::human_precise(total.saturating_sub(shared))));
    }
    text.push_str(&format!("Reclaimable:\t{}\n", size::human_precise(sum(Entry::is_reclaimable))));
    text + &format!("Total:\t\t{}\n", size::human_precise(total))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn entry(kind: &str) -> Entry {
        Entry {
            id: "abc".to_owned(),
            parents: vec!["def".to_owned()],
            kind: kind.to_owned(),
            description: "mount / from exec /bin/sh -c true".to_owned(),
            size: 5120,
            created: "2026-11-21T21:41:23.5Z".parse().unwrap(),
            last_used: Some("2026-11-21T21:41:33Z".parse().unwrap()),
            uses: 2,
            in_use: false,
            shared: true,
        }
    }

    pub(in super::super) fn now() -> Timestamp {
        "2026-11-21T21:41:43Z".parse().unwrap()
    }

    #[test]
    fn a_table_has_stars() {
        let entries = [entry("regular"), entry("source.local")];
        assert_eq!(
            listed(&entries, None, now()).unwrap(),
            "ID        RECLAIMABLE   SIZE      LAST ACCESSED\n\
             abc       true          5.12kB*   10 seconds ago\n\
             abc*      true          5.12kB*   10 seconds ago\n"
        );
        assert_eq!(
            listed(&entries[1..], Some("json"), now()).unwrap(),
            "{\"CreatedAt\":\"2026-11-21 21:41:23.5 +0000 UTC\",\"Description\":\"mount / from exec /bin/sh -c \
             true\",\"ID\":\"abc\",\"LastUsedAt\":\"10 seconds ago\",\"Mutable\":true,\"Parents\":[\"def\"],\
             \"Reclaimable\":true,\"Shared\":true,\"Size\":\"5.12kB\",\"Type\":\"source.local\",\"UsageCount\":2}\n"
        );
    }

    #[test]
    fn a_block_has_a_line_for_each_thing() {
        assert_eq!(
            block(&entry("regular"), now()),
            "ID:           abc\nParents:\n - def\nCreated at:   2026-11-21 21:41:23.5 +0000 UTC\nMutable:      false\n\
             Reclaimable:  true\nShared:       true\nSize:         5.12kB\nDescription:  mount / from exec /bin/sh -c true\n\
             Usage count:  2\nLast used:    10 seconds ago\nType:         regular\n\n"
        );
    }

    #[test]
    fn a_summary_adds_up() {
        let mut private = entry("regular");
        private.shared = false;
        private.in_use = true;
        assert_eq!(
            summary(&[entry("regular"), private]),
            "Shared:\t\t5.12kB\nPrivate:\t5.12kB\nReclaimable:\t5.12kB\nTotal:\t\t10.24kB\n"
        );
        assert_eq!(summary(&[]), "Reclaimable:\t0B\nTotal:\t\t0B\n");
    }
}
