//! `rcon buildx imagetools create`

use super::super::Buildx;
use crate::build::wish::ProgressWish;
use crate::commands::build::BuilderFlags;
use crate::commands::caller::Caller;
use crate::commands::registry_flags::RegistryFlags;
use crate::commands::verb::{Verb, Words};
use crate::commands::{Invocation, later};
use crate::durable;
use crate::engine::host::Engine;
use crate::engine::manifest::tools::{Combination, Combined, Source};
use crate::error::{Context, Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::oci::platform::Wanted;
use crate::oci::reference::Reference;
use crate::output::Ui;
use clap::{Args, FromArgMatches};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest descriptor in a file, in bytes.
const LONGEST: u64 = 1 << 20;

/// The arguments of `buildx imagetools create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// Add an annotation: KEY=VALUE or index:KEY=VALUE to the index, manifest-descriptor:KEY=VALUE to its entries
    #[arg(long, value_name = "[TYPE:]KEY=VALUE")]
    pub annotation: Vec<String>,
    /// Add to what has the name already
    #[arg(long)]
    pub append: bool,
    /// The builder, and its talk.
    #[command(flatten)]
    pub builder: BuilderFlags,
    /// Print the document, and push nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Read a source from a file: a descriptor in JSON
    #[arg(short, long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Write what was pushed to a file
    #[arg(long, value_name = "FILE")]
    pub metadata_file: Option<PathBuf>,
    /// Take only what is for these platforms
    #[arg(short, long, value_name = "PLATFORM", value_delimiter = ',')]
    pub platform: Vec<String>,
    /// Make an index of a single manifest, or with =false copy it
    #[arg(long, default_value = "true")]
    pub prefer_index: bool,
    /// Show progress, of which there is none
    #[arg(long, value_name = "KIND", default_value = "auto", hide = true)]
    pub progress: String,
    /// How registries are asked.
    #[command(flatten)]
    pub registry: RegistryFlags,
    /// The name of the image that is made
    #[arg(short, long, value_name = "NAME")]
    pub tag: Vec<String>,
    /// Names of images in registries, digests, or descriptors in JSON
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
}

pub(in crate::commands) static VERB: Verb = Verb {
    about: "Make an image of images in registries",
    usage: "[OPTIONS] [SOURCE...]",
    words: Words::AtLeast(0),
    augment: CreateArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        CreateArgs::from_arg_matches_mut(matches)
            .map(|args| Invocation::Buildx(Box::new(Buildx::ImagetoolsCreate(args))))
    },
};

impl CreateArgs {
    /// Reads the sources, and pushes what they make together.
    pub fn run(self, engine: &Engine, config: Option<String>, ui: &mut Ui) -> Result<u8> {
        let caller = Caller::current()?;
        self.check(&caller)?;
        self.builder.choose(&engine.paths, &caller)?;
        let combination = self.combination(&caller.directory)?;
        let registries = self.registry.open(engine, config, ui)?;
        let combined = combination.combine(&registries)?;
        if self.dry_run {
            ui.bytes(&combined.bytes)?;
            ui.line("")?;
            return Ok(0);
        }
        // Credentials for all targets are asked for before anything is pushed.
        let pushes = combination
            .targets
            .iter()
            .map(|target| combined.push(&registries, target).map(|push| (target, push)))
            .collect::<Result<Vec<_>>>()?;
        let store = engine.store()?;
        for (target, push) in &pushes {
            let pushed = push.run(&store)?;
            ui.talk(format_args!("pushed {} to {target}", pushed.digest));
        }
        self.write_metadata(&caller.directory, &combination, &combined)?;
        Ok(0)
    }

    fn check(&self, caller: &Caller) -> Result<()> {
        if self.sources.is_empty() && self.file.is_empty() {
            return Err(Error::usage("no sources specified"));
        }
        if self.tag.is_empty() && !self.dry_run {
            return Err(Error::usage("can't push with no tags specified, please set --tag or --dry-run"));
        }
        if self.append && self.tag.is_empty() {
            return Err(Error::usage("append needs a name to append to").fix("--tag NAME"));
        }
        let _: ProgressWish = crate::commands::build::progress(&self.progress, caller)?;
        Ok(())
    }

    fn combination(&self, directory: &Path) -> Result<Combination> {
        let targets: Vec<Reference> = self.tag.iter().map(|tag| target(tag)).collect::<Result<_>>()?;
        let first = targets.first();
        let files = self.file.iter().map(|path| read(&directory.join(path)));
        let texts = files.chain(self.sources.iter().cloned().map(Ok));
        let mut combination = Combination {
            sources: texts.map(|text| source(&text?, first)).collect::<Result<_>>()?,
            append: self.append,
            prefer_index: self.prefer_index,
            platforms: self.platform.iter().map(|typed| Wanted::parse(typed)).collect::<Result<_>>()?,
            targets,
            ..Combination::default()
        };
        for typed in &self.annotation {
            let (kind, key, value) = annotation(typed)?;
            let pairs = match kind {
                "index" => &mut combination.index_annotations,
                _ => &mut combination.entry_annotations,
            };
            pairs.insert(key.to_owned(), value.to_owned());
        }
        Ok(combination)
    }

    fn write_metadata(&self, directory: &Path, wish: &Combination, combined: &Combined) -> Result<()> {
        let Some(path) = &self.metadata_file else { return Ok(()) };
        let names: Vec<String> = wish.targets.iter().map(Reference::canonical).collect();
        let metadata = json!({
            "containerimage.descriptor": {
                "mediaType": combined.media_type,
                "digest": Digest::of(&combined.bytes).to_string(),
                "size": combined.bytes.len(),
            },
            "image.name": names.join(","),
        });
        let text = serde_json::to_vec_pretty(&metadata).what(|| "writing the metadata")?;
        durable::replace(&directory.join(path), &text)
    }
}

fn target(typed: &str) -> Result<Reference> {
    let reference = typed.parse::<Reference>()?.with_default_tag();
    match reference.digest() {
        Some(_) => Err(Error::usage(format!("can't push to a digest: {typed}"))),
        None => Ok(reference),
    }
}

/// A name; or a digest or a descriptor, which are looked for where the first target is.
fn source(typed: &str, first: Option<&Reference>) -> Result<Source> {
    let typed = typed.trim();
    let wrong = |why: String| {
        Error::usage(format!(
            "failed to parse source {typed:?}, valid sources are digests, references and descriptors"
        ))
        .because(why)
    };
    let beside = |digest: Digest| {
        first.map(|first| first.clone().with_digest(digest).canonical()).ok_or_else(|| {
            wrong("a digest alone needs a repository".to_owned()).fix("--tag NAME, or name it NAME@DIGEST")
        })
    };
    if typed.starts_with('{') {
        let mut descriptor: serde_json::Value =
            serde_json::from_str(typed).map_err(|cause| wrong(cause.to_string()))?;
        let digest = descriptor.get("digest").and_then(|digest| digest.as_str()).unwrap_or_default();
        let digest: Digest = digest.parse().map_err(|cause: Error| wrong(cause.to_string()))?;
        let platform = match descriptor.get_mut("platform").map(serde_json::Value::take) {
            None | Some(serde_json::Value::Null) => None,
            Some(platform) => {
                Some(serde_json::from_value(platform).map_err(|cause| wrong(cause.to_string()))?)
            }
        };
        return Ok(Source { name: beside(digest)?, platform });
    }
    if typed.starts_with("sha256:") {
        let digest: Digest = typed.parse().map_err(|cause: Error| wrong(cause.to_string()))?;
        return Ok(Source { name: beside(digest)?, platform: None });
    }
    typed.parse::<Reference>().map_err(|cause| wrong(cause.to_string()))?;
    Ok(Source { name: typed.to_owned(), platform: None })
}

/// Its kind, `index` or `manifest-descriptor`, its key and its value.
fn annotation(typed: &str) -> Result<(&str, &str, &str)> {
    let (left, value) = typed.split_once('=').ok_or_else(|| {
        Error::usage(format!("parse annotations: invalid annotation {typed:?}, expected key=value"))
    })?;
    let (kind, key) = left.split_once(':').unwrap_or(("index", left));
    match kind {
        "index" | "manifest-descriptor" if !key.is_empty() => Ok((kind, key, value)),
        _ => Err(Error::new(Kind::Unsupported, format!("{kind:?} annotations are not supported"))
            .because("manifests are copied as they are")
            .fix("index:KEY=VALUE or manifest-descriptor:KEY=VALUE")),
    }
}

fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .what(|| format!("reading {}", path.display()))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_name_a_digest_or_a_descriptor() {
        let first: Reference = "x.org/a:b".parse().unwrap();
        let digest = Digest::of(b"x").to_string();
        let beside = format!("x.org/a@{digest}");
        let of = |typed: &str| source(typed, Some(&first)).map(|source| source.name);
        assert_eq!(of("y.org/c").unwrap(), "y.org/c");
        assert!(of(&digest).unwrap().ends_with(&beside[7..]));
        let descriptor =
            format!("{{\"digest\":\"{digest}\",\"platform\":{{\"os\":\"linux\",\"architecture\":\"arm\"}}}}");
        assert_eq!(source(&descriptor, Some(&first)).unwrap().platform.unwrap().architecture, "arm");
        let told = of("sha256:abc").unwrap_err().to_string();
        let words =
            "failed to parse source \"sha256:abc\", valid sources are digests, references and descriptors";
        assert!(told.starts_with(words), "{told}");
        for wrong in ["{", "{}", "A B"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert!(source(&digest, None).is_err());
    }

    #[test]
    fn annotations_are_of_the_index_or_its_entries() {
        assert_eq!(annotation("a=b=c").unwrap(), ("index", "a", "b=c"));
        assert_eq!(annotation("manifest-descriptor:a=b").unwrap(), ("manifest-descriptor", "a", "b"));
        assert!(annotation("manifest:a=b").is_err() && annotation("a").is_err());
    }
}
