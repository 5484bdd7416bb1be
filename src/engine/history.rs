//! `rcon history`: how an image came to be, newest step first.

use crate::error::Result;
use crate::storage::Store;
use crate::storage::images::no_such_image;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The image's id on the first row, else `<missing>`: steps have no images of their own.
    pub id: String,
    /// RFC 3339; empty where the image does not say.
    pub created: String,
    /// The command.
    pub created_by: String,
    /// Bytes of file contents; 0 for a step without a layer.
    pub size: u64,
    /// What the step said.
    pub comment: String,
    /// Names of the image, on the first row.
    pub tags: Vec<String>,
}

/// The steps of the image `target` names.
pub fn history(store: &Store, target: &str) -> Result<Vec<Step>> {
    let id = store.resolve(target)?;
    let record = store.images().get(&id)?.ok_or_else(|| no_such_image(target))?;
    let config = store.images().config(&id)?;
    let mut sizes = record.layers.iter().map(|layer| layer.size);
    let mut steps: Vec<Step> = config
        .history
        .into_iter()
        .map(|step| Step {
            id: "<missing>".to_owned(),
            created: step.created.unwrap_or_default(),
            created_by: step.created_by.unwrap_or_default(),
            size: if step.empty_layer { 0 } else { sizes.next().unwrap_or(0) },
            comment: step.comment.unwrap_or_default(),
            tags: Vec::new(),
        })
        .collect();
    steps.reverse();
    if let Some(first) = steps.first_mut() {
        first.id = id.to_string();
        let tags = store.images().tags(&id)?;
        first.tags = tags.iter().map(|tag| tag.name.familiar().to_owned()).collect();
    }
    Ok(steps)
}
