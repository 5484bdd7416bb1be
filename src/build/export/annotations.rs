//! `--annotation`: notes on documents, with a word of which ones.

use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// What annotations are put on, as they are typed.
const PLACES: [(&str, Place); 4] = [
    ("manifest", Place::Manifest),
    ("index", Place::Index),
    ("manifest-descriptor", Place::ManifestDescriptor),
    ("index-descriptor", Place::IndexDescriptor),
];

/// What an annotation is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The manifest of an image.
    Manifest,
    /// The index of several.
    Index,
    /// What an index says of a manifest.
    ManifestDescriptor,
    /// What the list of an archive says of an index.
    IndexDescriptor,
}

/// One annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Annotation {
    places: Vec<Place>,
    /// `os/arch[/variant]`; none: all.
    platform: Option<String>,
    key: String,
    value: String,
}

/// All that a call has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Annotations(Vec<Annotation>);

impl Annotations {
    /// Reads `[PLACE[,PLACE][[PLATFORM]]:]KEY=VALUE`; without a place it is the manifest's.
    ///
    /// # Errors
    /// Usage in buildx's words.
    pub(super) fn parse(typed: &[String]) -> Result<Self> {
        typed.iter().map(|typed| annotation(typed)).collect::<Result<_>>().map(Self)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether some are for an index.
    pub(super) fn need_index(&self) -> bool {
        self.0.iter().any(|one| one.places.iter().any(|place| *place != Place::Manifest))
    }

    /// Those of `place`; of manifests those for `platform`.
    pub(super) fn of(&self, place: Place, platform: Option<&str>) -> BTreeMap<String, String> {
        let fits = |one: &&Annotation| {
            let wanted = one.platform.as_deref();
            one.places.contains(&place) && (wanted.is_none() || platform.is_none() || wanted == platform)
        };
        self.0.iter().filter(fits).map(|one| (one.key.clone(), one.value.clone())).collect()
    }
}

fn annotation(typed: &str) -> Result<Annotation> {
    let wrong = || {
        Error::usage(format!("invalid annotation {typed:?}, expected key=value"))
            .fix("--annotation KEY=VALUE")
    };
    let (name, value) = typed.split_once('=').ok_or_else(wrong)?;
    let (places, platform, key) = match name.split_once(':') {
        Some((before, key)) => match places(before) {
            Some((places, platform)) => (places, platform, key),
            // A key may have a colon.
            None => (vec![Place::Manifest], None, name),
        },
        None => (vec![Place::Manifest], None, name),
    };
    match key.is_empty() {
        true => Err(wrong()),
        false => Ok(Annotation { places, platform, key: key.to_owned(), value: value.to_owned() }),
    }
}

/// `manifest,index[linux/amd64]`.
fn places(typed: &str) -> Option<(Vec<Place>, Option<String>)> {
    let (names, platform) = match typed.split_once('[') {
        Some((names, rest)) => (names, Some(rest.strip_suffix(']')?.to_owned())),
        None => (typed, None),
    };
    let place = |name: &str| PLACES.iter().find(|(known, _)| *known == name).map(|(_, place)| *place);
    Some((names.split(',').map(place).collect::<Option<_>>()?, platform))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(typed: &str, place: Place, platform: Option<&str>) -> Vec<String> {
        let all = Annotations::parse(&[typed.to_owned()]).unwrap();
        all.of(place, platform).into_iter().map(|(key, value)| format!("{key}={value}")).collect()
    }

    #[test]
    fn an_annotation_goes_where_it_says() {
        use Place::*;
        let amd = Some("linux/amd64");
        for (typed, place, platform, told) in [
            ("a=b", Manifest, None, &["a=b"][..]),
            ("a=b", Index, None, &[]),
            ("index:a=b=c", Index, None, &["a=b=c"]),
            ("index,manifest:a=", Manifest, None, &["a="]),
            ("manifest[linux/amd64]:a=b", Manifest, amd, &["a=b"]),
            ("manifest[linux/arm64]:a=b", Manifest, amd, &[]),
            ("x:a=b", Manifest, None, &["x:a=b"]),
            ("manifest-descriptor:a=b", ManifestDescriptor, amd, &["a=b"]),
        ] {
            assert_eq!(of(typed, place, platform), told, "{typed}");
        }
        for wrong in ["a", "=b", "index:=b", ""] {
            assert!(Annotations::parse(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
