//! `images/` as an OCI image layout: other tools can read it in place. Derived, never read back.

use super::Store;
use super::images::ImageRecord;
use crate::durable::{self, Lock, Sharing};
use crate::error::{Context, Result};
use crate::oci::manifest::{Descriptor, Index, Platform, media};
use std::collections::BTreeMap;

const LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// Writes what a layout needs where it is missing.
pub(super) fn prepare(store: &Store) -> Result<()> {
    let layout = store.images_directory().join("oci-layout");
    if !layout.exists() {
        durable::replace(&layout, LAYOUT)?;
        derive(store)?;
    }
    Ok(())
}

/// Writes `index.json` anew: one entry per name of every image whose blobs are all here.
pub fn derive(store: &Store) -> Result<()> {
    let _lock = Lock::take(&store.root().join("locks/index.lock"), Sharing::Exclusive)?;
    let tags = store.tags().list()?;
    let mut manifests = Vec::new();
    for image in store.images().list()? {
        let Some(descriptor) = descriptor(&image) else { continue };
        let names: Vec<_> = tags.iter().filter(|tag| tag.image == image.id).collect();
        for tag in &names {
            let name = tag.name.canonical().to_owned();
            let annotations = BTreeMap::from([
                ("io.containerd.image.name".to_owned(), name.clone()),
                ("org.opencontainers.image.ref.name".to_owned(), name),
            ]);
            manifests.push(Descriptor { annotations, ..descriptor.clone() });
        }
        if names.is_empty() {
            manifests.push(descriptor);
        }
    }
    let index = Index { schema_version: 2, media_type: Some(media::INDEX.to_owned()), manifests };
    let bytes = serde_json::to_vec(&index).what(|| "writing index.json")?;
    durable::replace(&store.images_directory().join("index.json"), &bytes)
}

/// The same, but on a full disk the index is left to a later call: nothing depends on it.
pub fn derive_if_there_is_room(store: &Store) -> Result<()> {
    match derive(store) {
        Err(error) if matches!(error.errno(), Some(libc::ENOSPC | libc::EDQUOT)) => Ok(()),
        derived => derived,
    }
}

fn descriptor(image: &ImageRecord) -> Option<Descriptor> {
    let manifest = image.manifest.as_ref()?;
    image.layers.iter().all(|layer| layer.blob.is_some()).then(|| Descriptor {
        media_type: manifest.media_type.clone(),
        digest: manifest.digest,
        size: manifest.size,
        annotations: BTreeMap::new(),
        platform: Some(Platform {
            architecture: image.architecture.clone(),
            os: image.os.clone(),
            ..Platform::default()
        }),
    })
}
