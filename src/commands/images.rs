//! `rcon images`

use super::parse::filter::{Filter, filter};
use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::config::Config;
use crate::engine::host::Engine;
use crate::engine::images;
use crate::error::{Error, Result};
use crate::oci::reference::Reference;
use crate::output::listing::{Listing, Row};
use crate::output::{Ui, size, time};
use crate::storage::Store;
use clap::{Args, FromArgMatches};
use jiff::Timestamp;
use serde_json::json;

/// The arguments of `images`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImagesArgs {
    /// Show images without a name as well
    #[arg(short, long)]
    pub all: bool,
    /// Show digests
    #[arg(long)]
    pub digests: bool,
    /// Show only what meets a condition
    #[arg(short, long, value_name = "KEY=VALUE", value_parser = filter)]
    pub filter: Vec<Filter>,
    /// Print by a template: table, table TEMPLATE, json or TEMPLATE
    #[arg(long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Do not shorten the output
    #[arg(long)]
    pub no_trunc: bool,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show only images of this name
    #[arg(value_name = "REPOSITORY[:TAG]")]
    pub repository: Option<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "List images",
    usage: "[OPTIONS] [REPOSITORY[:TAG]]",
    words: Words::AtMost(1),
    augment: ImagesArgs::augment_args,
    later: later::IMAGES,
    read: |matches| ImagesArgs::from_arg_matches_mut(matches).map(Invocation::Images),
};

const HEADERS: &[(&str, &str)] = &[
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("Digest", "DIGEST"),
    ("ID", "IMAGE ID"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("Size", "SIZE"),
];

impl ImagesArgs {
    /// Lists the images.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let store = engine.store()?;
        let shown = self.chosen(&store, images::rows(&store)?)?;
        let now = Timestamp::now();
        let zone = time::local_zone();
        let rows: Vec<Row> = shown.iter().map(|row| self.fields(row, now, &zone)).collect();
        let default = match (self.quiet, self.digests) {
            (true, _) => "{{.ID}}",
            (false, true) => {
                "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
            }
            (false, false) => "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
        };
        let format = match (&self.format, self.quiet) {
            (Some(format), _) => Some(format.clone()),
            (None, true) => None,
            (None, false) => Config::read(&engine.paths.config)?.images_format,
        };
        ui.print(Listing { headers: HEADERS, default, raw: None }.render(format.as_deref(), &rows)?)?;
        Ok(0)
    }

    fn chosen(&self, store: &Store, mut rows: Vec<images::Row>) -> Result<Vec<images::Row>> {
        let all = rows.clone();
        for filter in &self.filter {
            match filter.key.as_str() {
                "dangling" => {
                    let wanted = matches!(filter.value.as_str(), "true" | "1");
                    rows.retain(|row| (row.repository == "<none>") == wanted);
                }
                "reference" => rows.retain(|row| matches_reference(row, &filter.value)),
                "before" | "since" => {
                    let mark = all
                        .iter()
                        .find(|row| is_named(row, &filter.value))
                        .ok_or_else(|| Error::usage(format!("No such image: {}", filter.value)))?;
                    let earlier = filter.key == "before";
                    rows.retain(|row| {
                        if earlier { moment(row) < moment(mark) } else { moment(row) > moment(mark) }
                    });
                }
                "label" => {
                    let (key, value) = match filter.value.split_once('=') {
                        Some((key, value)) => (key, Some(value)),
                        None => (filter.value.as_str(), None),
                    };
                    // An image whose configuration cannot be read has no labels.
                    rows.retain(|row| {
                        let labels = images::labels(store, &row.id).unwrap_or_default();
                        labels.get(key).is_some_and(|own| value.is_none_or(|value| value == own))
                    });
                }
                key => return Err(Error::usage(format!("invalid filter '{key}'"))),
            }
        }
        if let Some(name) = &self.repository {
            rows.retain(|row| matches_reference(row, name));
        }
        Ok(rows)
    }

    fn fields(&self, row: &images::Row, now: Timestamp, zone: &jiff::tz::TimeZone) -> Row {
        let created = moment(row);
        let fields = [
            ("Repository", row.repository.clone()),
            ("Tag", row.tag.clone()),
            ("Digest", row.digest.clone()),
            ("ID", if self.no_trunc { row.id.to_string() } else { row.id.short() }),
            ("CreatedSince", created.map_or_else(|| "N/A".to_owned(), |then| time::human_ago(then, now))),
            ("CreatedAt", created.map_or_else(|| "N/A".to_owned(), |then| time::created_at(then, zone))),
            ("Size", size::human(row.size)),
        ];
        Row {
            fields: fields.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect(),
            ..Row::default()
        }
    }
}

/// `None`, before all others, where the image does not say.
fn moment(row: &images::Row) -> Option<Timestamp> {
    row.created.parse().ok()
}

fn is_named(row: &images::Row, name: &str) -> bool {
    let with_tag = format!("{}:{}", row.repository, row.tag);
    with_tag == name || (row.tag == "latest" && row.repository == name) || row.id.hex().starts_with(name)
}

/// A repository, with or without a tag; `*` and `?` stand for any letters but `/`, as in docker.
fn matches_reference(row: &images::Row, pattern: &str) -> bool {
    let familiar =
        pattern.parse::<Reference>().map_or_else(|_| pattern.to_owned(), |reference| reference.familiar());
    let (repository, tag) = match familiar.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (familiar.as_str(), None),
    };
    glob(repository.as_bytes(), row.repository.as_bytes())
        && tag.is_none_or(|tag| glob(tag.as_bytes(), row.tag.as_bytes()))
}

/// Linear in the product of the two lengths: the last star is the only one that is ever retried.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') if text[t] != b'/' => (p, t) = (p + 1, t + 1),
            Some(byte) if *byte == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) if text[from] != b'/' => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                _ => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}
