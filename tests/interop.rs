//! Another implementation of oci-archives and layouts: what it writes rcon reads, and the other way round.
//!
//! Only with `--features interop`: it links a library that rcon itself does not (see Cargo.toml).

#![expect(clippy::unwrap_used, reason = "what fails here fails its test")]

#[path = "integration/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the harness of the other tests; few parts are used"
)]
mod support;

use ocipkg::ImageName;
use ocipkg::image::{Image as _, ImageBuilder, OciArchiveBuilder, OciDir, RunnableBuilder};
use ocipkg::oci_spec::image::{DescriptorBuilder, ImageManifestBuilder, MediaType};
use serde_json::json;
use std::path::Path;
use support::archives::{Archive, Layout, Packing};
use support::{Image, Layer, Rcon};

/// Writes an archive of `layers`, as they are, under `name`.
fn written(path: &Path, name: &str, layers: &[(MediaType, Vec<u8>)], diff_ids: &[String]) {
    let mut builder = OciArchiveBuilder::new(path.to_owned(), ImageName::parse(name).unwrap()).unwrap();
    let mut blob = |media_type: MediaType, bytes: &[u8]| {
        let (digest, size) = builder.add_blob(bytes).unwrap();
        DescriptorBuilder::default().media_type(media_type).digest(digest).size(size).build().unwrap()
    };
    let layers: Vec<_> = layers.iter().map(|(media_type, bytes)| blob(media_type.clone(), bytes)).collect();
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let config = json!({
        "architecture": architecture, "os": "linux", "rootfs": { "type": "layers", "diff_ids": diff_ids },
    });
    let config = blob(MediaType::ImageConfig, config.to_string().as_bytes());
    let manifest = ImageManifestBuilder::default().schema_version(2u32).config(config).layers(layers);
    builder.build(manifest.build().unwrap()).unwrap();
}

#[test]
fn an_archive_that_ocipkg_wrote_is_loaded_and_runs() {
    let rcon = Rcon::new();
    let tars = [Image::busybox_tree(), Layer::new().file("f", 0o644, "from the top").archive()];
    let diff_ids: Vec<_> = tars.iter().map(|tar| rcon::oci::digest::Digest::of(tar).to_string()).collect();
    let layers = [
        (MediaType::ImageLayerGzip, Packing::Gzip.pack(&tars[0])),
        (MediaType::ImageLayerZstd, Packing::Zstd.pack(&tars[1])),
    ];
    let path = rcon.path("archive");
    written(&path, "quay.io/team/app:1", &layers, &diff_ids);
    rcon.run(["load", "-i", path.to_str().unwrap()])
        .exits(0)
        .stdout("Loaded image: quay.io/team/app:1\n")
        .stderr("");
    rcon.run(["run", "--rm", "quay.io/team/app:1", "cat", "/f"]).exits(0).stdout("from the top");
}

#[test]
fn a_configuration_without_its_layers_is_refused() {
    let rcon = Rcon::new();
    let path = rcon.path("archive");
    let program = ["/bin/busybox", "/usr/bin/busybox"].into_iter().map(Path::new).find(|path| path.exists());
    let name = ImageName::parse("quay.io/team/runnable:1").unwrap();
    // Its images of one program leave the digests of the unpacked layers out, which OCI requires.
    RunnableBuilder::new_archive(path.clone(), name).unwrap().build(program.unwrap()).unwrap();
    rcon.run(["load", "-i", path.to_str().unwrap()])
        .exits(1)
        .stdout("")
        .stderr_has("an image of 1 layers whose configuration names 0");
    rcon.run(["images", "-q"]).exits(0).stdout("");
}

#[test]
fn the_store_is_a_layout_that_ocipkg_reads() {
    let rcon = Rcon::new();
    let image = Archive::busybox("quay.io/team/app:1");
    rcon.call(["load"]).stdin(image.write(Layout::Oci(Packing::Gzip))).done().exits(0);
    let mut layout = OciDir::new(&rcon.path("s/images")).unwrap();
    assert_eq!(layout.get_name().unwrap().to_string(), "quay.io/team/app:1");
    let manifest = layout.get_manifest().unwrap();
    assert_eq!(manifest.config().digest().to_string(), image.id().to_string());
    for descriptor in manifest.layers().iter().chain([manifest.config()]) {
        let blob = layout.get_blob(descriptor.digest()).unwrap();
        assert_eq!(blob.len() as u64, descriptor.size());
    }
}
