//! `rcon image tree`

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::image_tree::{self, Layer, Shown};
use crate::error::Result;
use crate::output::{Ui, size};
use clap::{Args, FromArgMatches};

/// The arguments of `image tree`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImageTreeArgs {
    /// Show what is built on the image in place of what it is built of
    #[arg(long)]
    pub whatrequires: bool,
    /// Name or id of an image
    #[arg(value_name = "IMAGE")]
    pub image: String,
}

pub(super) static VERB: Verb = Verb {
    about: "Show the layers of an image",
    usage: "[OPTIONS] IMAGE",
    words: Words::Exactly(1),
    augment: ImageTreeArgs::augment_args,
    later: later::NONE,
    read: |matches| ImageTreeArgs::from_arg_matches_mut(matches).map(Invocation::ImageTree),
};

impl ImageTreeArgs {
    /// Draws the layers.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        let shown = if self.whatrequires { Shown::Dependent } else { Shown::Own };
        let tree = image_tree::tree(&engine.store()?, &self.image, shown)?;
        ui.line(format_args!("Image ID: {}", tree.id.short()))?;
        ui.line(format_args!("Tags:     [{}]", tree.tags.join(" ")))?;
        ui.line(format_args!("Size:     {}", size::human_precise(tree.size)))?;
        ui.line(if tree.layers.is_empty() { "No Image Layers" } else { "Image Layers" })?;
        draw(&tree.layers, "", ui)?;
        Ok(0)
    }
}

/// Draws `layers` and what lies on them, each line after `margin`.
fn draw(layers: &[Layer], margin: &str, ui: &mut Ui) -> Result<()> {
    for (index, layer) in layers.iter().enumerate() {
        let is_last = index + 1 == layers.len();
        let (branch, below) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
        let tops = match &layer.tops[..] {
            [] => String::new(),
            tops => format!(" Top Layer of: [{}]", tops.join(" ")),
        };
        let (id, size) = (layer.id.short(), size::human_precise(layer.size));
        ui.line(format_args!("{margin}{branch}ID: {id} Size: {size:>7}{tops}"))?;
        draw(&layer.above, &format!("{margin}{below}"), ui)?;
    }
    Ok(())
}
