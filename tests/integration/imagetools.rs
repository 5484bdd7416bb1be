//! `buildx imagetools`: images of registries shown, and made into new ones.

use crate::support::archives::Packing;
use crate::support::fault::{Fault, Faulty};
use crate::support::published::{Format, Published};
use crate::support::{Image, Layer, Output, Rcon};
use rcon::oci::digest::Digest;
use serde_json::{Value, json};

/// An image for an architecture, small and like no other.
fn image(architecture: &'static str) -> Published {
    let layer = Layer::new().file("for", 0o644, architecture);
    Published::of(&Image::empty().architecture(architecture).layer(layer), Format::Oci, Packing::Gzip)
}

fn tools(rcon: &Rcon, words: &[&str]) -> Output {
    rcon.run(["buildx", "imagetools"].iter().chain(words))
}

#[test]
fn an_index_is_shown_with_its_members() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let (amd, arm) = (image("amd64"), image("arm64"));
    let index = Published::index(Format::Oci, vec![amd.clone(), arm.clone()]);
    let name = registry.publish("app:all", &index);
    let text = format!(
        "Name:      {name}\nMediaType: application/vnd.oci.image.index.v1+json\nDigest:    {}\n           \n\
         Manifests: \n\
         \x20 Name:      {name}@{}\n  MediaType: application/vnd.oci.image.manifest.v1+json\n  Platform:  linux/amd64\n\
         \x20            \n\
         \x20 Name:      {name}@{}\n  MediaType: application/vnd.oci.image.manifest.v1+json\n  Platform:  linux/arm64\n",
        index.digest(),
        amd.digest(),
        arm.digest()
    );
    assert_eq!(tools(&rcon, &["inspect", &name]).exits(0).stderr("").printed(), text);
    let raw = tools(&rcon, &["inspect", "--raw", &name]);
    assert_eq!(raw.exits(0).printed().as_bytes(), index.manifest);
    let digest = tools(&rcon, &["inspect", "--format", "{{.Manifest.Digest}}", &name]);
    assert_eq!(digest.exits(0).printed(), index.digest().to_string());
    let images = tools(&rcon, &["inspect", "--format", "{{json .Image}}", &name]);
    let images: Value = serde_json::from_str(images.exits(0).printed()).unwrap();
    assert_eq!(images["linux/arm64"]["architecture"], "arm64");
    tools(&rcon, &["inspect", &name.replace(":all", ":none")]).exits(1).stdout("");
}

#[test]
fn an_image_gets_another_name_byte_for_byte() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let index = Published::index(Format::Oci, vec![image("amd64"), image("arm64")]);
    let name = registry.publish("app:all", &index);
    let targets = [format!("{}/new:1", registry.address()), format!("{}/newer:2", registry.address())];
    let out = tools(&rcon, &["create", "-t", &targets[0], "-t", &targets[1], &name]);
    out.exits(0).stdout("");
    assert_eq!(registry.holds("new", "1"), Some(index.digest()));
    assert_eq!(registry.holds("newer", "2"), Some(index.digest()));
}

#[test]
fn images_become_an_index_and_one_is_added() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let names = [registry.publish("a:1", &image("amd64")), registry.publish("b:1", &image("arm64"))];
    let target = format!("{}/c:all", registry.address());
    let members = |rcon: &Rcon| {
        let out = tools(rcon, &["inspect", "--raw", &target]);
        let index: Value = serde_json::from_str(out.exits(0).printed()).unwrap();
        index["manifests"].as_array().map(|all| all.iter().map(|one| one["platform"].clone()).collect())
    };
    let platform = |architecture: &str| json!({ "architecture": architecture, "os": "linux" });
    let dry = tools(&rcon, &["create", "--dry-run", "-t", &target, &names[0]]);
    let digest = Digest::of(dry.exits(0).printed().trim_end().as_bytes());
    assert_eq!(registry.holds("c", "all"), None, "nothing is pushed");
    tools(&rcon, &["create", "-t", &target, &names[0]]).exits(0);
    assert_eq!(registry.holds("c", "all"), Some(digest));
    tools(&rcon, &["create", "-t", &target, "--append", "--annotation", "index:a=b", &names[1]]).exits(0);
    assert_eq!(members(&rcon), Some(vec![platform("amd64"), platform("arm64")]));
    tools(&rcon, &["create", "-t", &target, "-p", "linux/arm64", &target]).exits(0);
    assert_eq!(members(&rcon), Some(vec![platform("arm64")]));
}

#[test]
fn a_member_that_cannot_be_put_leaves_the_name_as_it_was() {
    let (rcon, registry) = (Rcon::new(), Faulty::start());
    let name = registry.publish("a:1", &image("amd64"));
    let target = format!("{}/c:all", registry.address());
    registry.always("PUT /c/manifests/sha256", Fault::Status(403));
    tools(&rcon, &["create", "-t", &target, &name]).exits(1).stdout("");
    assert_eq!(registry.holds("c", "all"), None);
}
