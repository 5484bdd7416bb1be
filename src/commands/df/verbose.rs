//! Each image, container and volume: docker's sections, or one object for a template.

use crate::build::cache::entry::Entry;
use crate::engine::list::{self, Size, View};
use crate::engine::usage::{ImageUsage, Usage, VolumeUsage};
use crate::error::Result;
use crate::output::listing::{Listing, Row};
use crate::output::template::{Dot, Template, json_line};
use crate::output::{size, time};
use jiff::Timestamp;
use serde_json::{Value, json};

const IMAGES: Listing<'static> = Listing {
    headers: &[
        ("Repository", "REPOSITORY"),
        ("Tag", "TAG"),
        ("ID", "IMAGE ID"),
        ("CreatedSince", "CREATED"),
        ("Size", "SIZE"),
        ("SharedSize", "SHARED SIZE"),
        ("UniqueSize", "UNIQUE SIZE"),
        ("Containers", "CONTAINERS"),
    ],
    default: "table {{.Repository}}\\t{{.Tag}}\\t{{.ID}}\\t{{.CreatedSince}}\\t{{.Size}}\\t{{.SharedSize}}\\t\
              {{.UniqueSize}}\\t{{.Containers}}",
    raw: None,
};

const CONTAINERS: Listing<'static> = Listing {
    default: "table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.LocalVolumes}}\\t{{.Size}}\\t{{.RunningFor}}\\t\
              {{.Status}}\\t{{.Names}}",
    ..list::TABLE
};

const VOLUMES: Listing<'static> = Listing {
    headers: &[("Name", "VOLUME NAME"), ("Links", "LINKS"), ("Size", "SIZE")],
    default: "table {{.Name}}\\t{{.Links}}\\t{{.Size}}",
    raw: None,
};

const BUILD_CACHE: Listing<'static> = Listing {
    headers: &[
        ("ID", "CACHE ID"),
        ("CacheType", "CACHE TYPE"),
        ("Size", "SIZE"),
        ("CreatedSince", "CREATED"),
        ("LastUsedSince", "LAST USED"),
        ("UsageCount", "USAGE"),
        ("Shared", "SHARED"),
    ],
    default: "table {{.ID}}\\t{{.CacheType}}\\t{{.Size}}\\t{{.CreatedSince}}\\t{{.LastUsedSince}}\\t\
              {{.UsageCount}}\\t{{.Shared}}",
    raw: None,
};

/// The whole text. A template sees an object with `Images`, `Containers`, `Volumes` and `BuildCache`.
pub(super) fn text(usage: &Usage, cache: &[Entry], format: Option<&str>) -> Result<String> {
    let is_table = matches!(format, None | Some("" | "table"));
    let view = View { whole: !is_table, now: Timestamp::now(), zone: time::local_zone() };
    let images = rows(&usage.images, |image| image_row(image, &view));
    let containers = rows(&usage.containers, |container| {
        list::row(&container.seen, Size { own: container.size, with_image: 0 }, &view)
    });
    let volumes = rows(&usage.volumes, volume_row);
    let own = cache.iter().filter(|entry| !entry.shared).map(|entry| entry.size).fold(0, u64::saturating_add);
    let cache = rows(cache, |entry| cache_row(entry, &view));
    if is_table {
        return Ok(format!(
            "Images space usage:\n\n{}\nContainers space usage:\n\n{}\nLocal Volumes space usage:\n\n{}\nBuild cache usage: {}\n\n{}",
            IMAGES.render(None, &images)?,
            CONTAINERS.render(None, &containers)?,
            VOLUMES.render(None, &volumes)?,
            size::human_precise(own),
            BUILD_CACHE.render(None, &cache)?,
        ));
    }
    let object = json!({
        "Images": objects(images),
        "Containers": objects(containers),
        "Volumes": objects(volumes),
        "BuildCache": objects(cache),
    });
    match format {
        None | Some("json") => Ok(json_line(&object) + "\n"),
        Some(source) => Ok(Template::parse(source)?.run(&Dot::new(&object))? + "\n"),
    }
}

fn rows<T>(items: &[T], row: impl Fn(&T) -> Row) -> Vec<Row> {
    items.iter().map(row).collect()
}

fn objects(rows: Vec<Row>) -> Vec<Value> {
    rows.into_iter().map(|row| Value::Object(row.fields)).collect()
}

fn image_row(image: &ImageUsage, view: &View) -> Row {
    let (repository, tag) = image.name.clone().unwrap_or_else(|| ("<none>".into(), "<none>".into()));
    let record = &image.record;
    let created: Option<Timestamp> = record.created.parse().ok();
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "N/A".to_owned());
    Row::of([
        ("Repository", repository),
        ("Tag", tag),
        ("ID", if view.whole { record.id.to_string() } else { record.id.short() }),
        ("CreatedSince", or_unknown(created.map(|then| time::human_ago(then, view.now)))),
        ("CreatedAt", or_unknown(created.map(|then| time::created_at(then, &view.zone)))),
        ("Size", size::human(record.size)),
        ("SharedSize", size::human_precise(image.shared)),
        ("UniqueSize", size::human_precise(record.size.saturating_sub(image.shared))),
        ("Containers", image.containers.to_string()),
    ])
}

fn volume_row(volume: &VolumeUsage) -> Row {
    Row::of([
        ("Name", volume.name.clone()),
        ("Links", volume.links.to_string()),
        ("Size", size::human_precise(volume.size)),
        ("Driver", "local".to_owned()),
    ])
}

/// A star marks what a build works with.
fn cache_row(entry: &Entry, view: &View) -> Row {
    let since =
        |then: Option<Timestamp>| then.map(|then| time::human_ago(then, view.now)).unwrap_or_default();
    let at =
        |then: Option<Timestamp>| then.map(|then| time::created_at(then, &view.zone)).unwrap_or_default();
    let id = if view.whole { &entry.id[..] } else { entry.id.get(..12).unwrap_or(&entry.id) };
    let star = if entry.in_use { "*" } else { "" };
    Row::of([
        ("ID", format!("{id}{star}")),
        ("Parent", entry.parents.first().cloned().unwrap_or_default()),
        ("CacheType", entry.kind.clone()),
        ("Description", entry.description.clone()),
        ("Size", size::human(entry.size)),
        ("CreatedAt", at(Some(entry.created))),
        ("CreatedSince", since(Some(entry.created))),
        ("LastUsedAt", at(entry.last_used)),
        ("LastUsedSince", since(entry.last_used)),
        ("UsageCount", entry.uses.to_string()),
        ("InUse", entry.in_use.to_string()),
        ("Shared", entry.shared.to_string()),
    ])
}
