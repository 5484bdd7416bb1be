//! `rcon images --tree`: docker's view of images with what each is for, by platform.

use crate::engine::images::Seen;
use crate::error::{Error, Result};
use crate::oci::digest::Digest;
use crate::output::size;
use crate::storage::Store;
use std::collections::HashSet;
use unicode_width::UnicodeWidthStr;

/// Columns of IMAGE at least: with the others it makes a line of 80.
const NARROWEST: usize = 29;
const LEGEND: &str = "Info ->  U In Use";

/// One line below the heading.
struct Line {
    name: String,
    numbers: Option<Numbers>,
}

#[derive(Clone)]
struct Numbers {
    id: String,
    /// Bytes of file contents.
    unpacked: u64,
    /// Bytes of blobs.
    content: u64,
    used: bool,
}

/// The view, complete; images without a name are left out unless `all` is set.
pub(super) fn view(store: &Store, seen: &[Seen], used: &HashSet<Digest>, all: bool) -> Result<String> {
    let shown = seen.iter().filter(|one| all || !one.is_nameless());
    let blocks: Vec<Vec<Line>> = shown.map(|one| block(store, one, used)).collect::<Result<_>>()?;
    let names = blocks.iter().flatten().map(|line| line.name.width());
    let width = names.max().unwrap_or_default().max(NARROWEST);
    let mut text = format!("{LEGEND:>0$}\n\n", width + 51);
    text += &format!("{}   ID             DISK USAGE   CONTENT SIZE   EXTRA\n", padded("IMAGE", width));
    for block in blocks {
        block.iter().for_each(|line| text += &line.text(width));
        text.push('\n');
    }
    Ok(text)
}

/// What the view has no place for.
pub(super) fn refuse(flags: [(&str, bool); 4]) -> Result<()> {
    match flags.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Error::usage(format!("--{flag} is not yet supported with --tree"))),
        None => Ok(()),
    }
}

/// An image: its names, the last of them with its numbers, and its one platform.
fn block(store: &Store, one: &Seen, used: &HashSet<Digest>) -> Result<Vec<Line>> {
    let image = &one.image;
    let blobs = image.layers.iter().filter_map(|layer| layer.blob.as_ref()).chain(&image.manifest);
    let config = store.blobs().read(&image.id)?.len() as u64;
    let numbers = Numbers {
        id: image.id.short(),
        unpacked: image.size,
        content: config + blobs.map(|blob| blob.size).sum::<u64>(),
        used: used.contains(&image.id),
    };
    let names = if one.tags.is_empty() { vec!["<untagged>".to_owned()] } else { one.tags.clone() };
    let last = names.len() - 1;
    let numbered = |(index, name)| Line { name, numbers: (index == last).then(|| numbers.clone()) };
    let mut lines: Vec<Line> = names.into_iter().enumerate().map(numbered).collect();
    let id = image.manifest.as_ref().map_or_else(|| image.id.short(), |manifest| manifest.digest.short());
    let name = format!("└─ {}/{}", image.os, image.architecture);
    lines.push(Line { name, numbers: Some(Numbers { id, ..numbers }) });
    Ok(lines)
}

impl Line {
    fn text(&self, width: usize) -> String {
        let Some(numbers) = &self.numbers else { return format!("{}\n", self.name) };
        let (unpacked, content) = (size::human(numbers.unpacked), size::human(numbers.content));
        let extra = if numbers.used { "   U" } else { "" };
        format!("{}   {}   {unpacked:>10}   {content:>12}{extra}\n", padded(&self.name, width), numbers.id)
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
