//! The options of an output, honoured or refused: nothing that was typed is passed over in silence.

use crate::build::wish::{BuildWish, ManifestFormat, OutputKind, OutputWish};
use crate::error::{Error, Kind, Result};
use crate::storage::pack::Packing;
use crate::storage::tags::TagName;
use std::collections::BTreeMap;

/// Options that say how an image is written, for every output that has a manifest.
const OF_IMAGES: [&str; 8] = [
    "name",
    "compression",
    "compression-level",
    "force-compression",
    "oci-mediatypes",
    "buildinfo",
    "rewrite-timestamp",
    "attestation-inline",
];
/// Options of images in a store or registry.
const OF_STORED: [&str; 6] =
    ["push", "push-by-digest", "unpack", "store", "dangling-name-prefix", "name-canonical"];
/// Options of archives.
const OF_ARCHIVES: [&str; 1] = ["tar"];
/// Options of files.
const OF_FILES: [&str; 1] = ["platform-split"];
/// An option that every output has.
const OF_ALL: [&str; 1] = ["rewrite-timestamp"];

/// How the layers of an image are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compressed {
    /// Not at all.
    Plain,
    /// So.
    By(Packing),
}

/// What is to become of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Options {
    /// `-t`, and `name=` of the output.
    pub(super) names: Vec<TagName>,
    /// Into the store.
    pub(super) store: bool,
    /// To the registry of each name.
    pub(super) push: bool,
    /// The registry gets no tag.
    pub(super) by_digest: bool,
    /// How layers are compressed that are not compressed yet.
    pub(super) compressed: Compressed,
    /// Whether those that are compressed otherwise are compressed anew.
    pub(super) force: bool,
    /// Whether documents have docker's media types.
    pub(super) docker: bool,
    /// `linux_amd64/` for each platform; `None`: where there are several.
    pub(super) split: Option<bool>,
    /// Whether an archive is a tar.
    pub(super) tar: bool,
}

impl Options {
    /// Those of `output`.
    ///
    /// # Errors
    /// Usage for an option that is not one of this output; [`Kind::Unsupported`] for what BuildKit has and rcon not.
    pub(super) fn of(wish: &BuildWish, output: &OutputWish) -> Result<Self> {
        let given = Given(&output.options);
        given.refuse_unknown(output.kind)?;
        given.refuse_unsupported()?;
        let registry = output.kind == OutputKind::Registry;
        let docker = given.truth("oci-mediatypes")?.map(|oci| !oci);
        let docker = docker.unwrap_or(wish.format == Some(ManifestFormat::Docker));
        let compressed = given.compressed()?;
        if docker && matches!(compressed, Compressed::By(Packing::Zstd { .. })) {
            return Err(Error::usage("docker's manifests have no zstd layers")
                .fix("oci-mediatypes=true, or compression=gzip"));
        }
        let push = registry || given.truth("push")?.unwrap_or(false);
        Ok(Self {
            names: names(wish, output)?,
            store: given.truth("store")?.unwrap_or(true),
            push,
            by_digest: given.truth("push-by-digest")?.unwrap_or(false),
            compressed,
            force: given.truth("force-compression")?.unwrap_or(false),
            docker,
            split: given.truth("platform-split")?,
            tar: given.truth("tar")?.unwrap_or(true),
        })
    }
}

/// What was typed.
struct Given<'a>(&'a BTreeMap<String, String>);

impl Given<'_> {
    fn refuse_unknown(&self, kind: OutputKind) -> Result<()> {
        let known = |key: &str| {
            let images = OF_IMAGES.contains(&key) || key.starts_with("annotation");
            OF_ALL.contains(&key)
                || match kind {
                    OutputKind::Local | OutputKind::Tar => OF_FILES.contains(&key),
                    OutputKind::Oci => images || OF_ARCHIVES.contains(&key),
                    OutputKind::Docker => images || OF_ARCHIVES.contains(&key) || OF_STORED.contains(&key),
                    OutputKind::Image | OutputKind::Registry => images || OF_STORED.contains(&key),
                    OutputKind::CacheOnly => false,
                }
        };
        match self.0.keys().find(|key| !known(key)) {
            Some(key) => Err(Error::usage(format!("unknown option {key:?} of an output"))),
            None => Ok(()),
        }
    }

    fn refuse_unsupported(&self) -> Result<()> {
        let refused = |what: String, why: &str| Err(Error::new(Kind::Unsupported, what).because(why));
        if self.text("dangling-name-prefix").is_some() {
            return refused(
                "dangling-name-prefix".to_owned(),
                "an image without a name is known by its id, and needs no other name",
            );
        }
        if self.truth("rewrite-timestamp")? == Some(false) {
            return refused(
                "rewrite-timestamp=false".to_owned(),
                "no file of an image is later than the image: so the same inputs give the same image",
            );
        }
        match self.0.keys().find(|key| key.starts_with("annotation")) {
            Some(key) => refused(key.clone(), "annotations are for all outputs")
                .map_err(|error: Error| error.fix("--annotation KEY=VALUE")),
            None => Ok(()),
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What Go's strconv.ParseBool takes; an option without a value is true.
    fn truth(&self, key: &str) -> Result<Option<bool>> {
        match self.0.get(key).map(String::as_str) {
            None => Ok(None),
            Some("" | "1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(Some(true)),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(Some(false)),
            Some(other) => Err(Error::usage(format!("non-bool value for {key}: {other:?}"))),
        }
    }

    fn compressed(&self) -> Result<Compressed> {
        let level = match self.text("compression-level") {
            None => None,
            Some(typed) => Some(
                typed
                    .parse::<i32>()
                    .map_err(|_| Error::usage(format!("non-int value for compression-level: {typed:?}")))?,
            ),
        };
        let wrong = |range: &str| Err(Error::usage(format!("compression-level is not in {range}")));
        match self.text("compression").unwrap_or("gzip") {
            "uncompressed" => Ok(Compressed::Plain),
            "gzip" => match level.map(u32::try_from) {
                None => Ok(Compressed::By(Packing::USUAL)),
                Some(Ok(level @ 0..=9)) => Ok(Compressed::By(Packing::Gzip { level })),
                Some(_) => wrong("0..=9, as gzip has it"),
            },
            "zstd" => match level.unwrap_or(3) {
                level @ 0..=22 => Ok(Compressed::By(Packing::Zstd { level: level.max(1) })),
                _ => wrong("0..=22, as zstd has it"),
            },
            "estargz" => Err(Error::new(Kind::Unsupported, "compression=estargz")
                .because("rcon pulls whole layers, and writes what all tools read")
                .fix("compression=gzip or compression=zstd")),
            other => Err(Error::usage(format!("unsupported compression type {other:?}"))),
        }
    }
}

/// Each name once.
fn names(wish: &BuildWish, output: &OutputWish) -> Result<Vec<TagName>> {
    let more = output.options.get("name").into_iter().flat_map(|names| names.split(','));
    let mut names = Vec::new();
    for name in wish.tags.iter().map(String::as_str).chain(more).filter(|name| !name.is_empty()) {
        let name = TagName::parse(name)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(kind: OutputKind, given: &[(&str, &str)]) -> Result<Options, String> {
        let options = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let output = OutputWish { kind, destination: None, options };
        Options::of(&BuildWish::default(), &output).map_err(|error| error.to_string())
    }

    #[test]
    fn compression_has_a_kind_and_a_level() {
        for (given, wanted) in [
            (&[][..], Compressed::By(Packing::USUAL)),
            (&[("compression", "uncompressed")], Compressed::Plain),
            (&[("compression-level", "9")], Compressed::By(Packing::Gzip { level: 9 })),
            (&[("compression", "zstd")], Compressed::By(Packing::Zstd { level: 3 })),
            (
                &[("compression", "zstd"), ("compression-level", "19")],
                Compressed::By(Packing::Zstd { level: 19 }),
            ),
        ] {
            assert_eq!(options(OutputKind::Image, given).unwrap().compressed, wanted, "{given:?}");
        }
        for given in [
            &[("compression", "estargz")][..],
            &[("compression", "lzma")],
            &[("compression-level", "10")],
            &[("compression-level", "x")],
            &[("compression", "zstd"), ("compression-level", "23")],
            &[("compression", "zstd"), ("oci-mediatypes", "false")],
        ] {
            assert!(options(OutputKind::Image, given).is_err(), "{given:?}");
        }
    }

    #[test]
    fn what_an_output_does_not_have_is_refused() {
        for (kind, key, value, fine) in [
            (OutputKind::Image, "push", "true", true),
            (OutputKind::Image, "push", "maybe", false),
            (OutputKind::Image, "unpack", "", true),
            (OutputKind::Image, "name-canonical", "", true),
            (OutputKind::Image, "tar", "false", false),
            (OutputKind::Image, "dangling-name-prefix", "x", false),
            (OutputKind::Image, "annotation.a", "b", false),
            (OutputKind::Local, "platform-split", "false", true),
            (OutputKind::Local, "push", "true", false),
            (OutputKind::Oci, "tar", "false", true),
            (OutputKind::Oci, "rewrite-timestamp", "true", true),
            (OutputKind::Oci, "rewrite-timestamp", "false", false),
            (OutputKind::CacheOnly, "x", "y", false),
        ] {
            assert_eq!(options(kind, &[(key, value)]).is_ok(), fine, "{kind:?} {key}={value}");
        }
    }
}
