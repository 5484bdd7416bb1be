//! `rcon manifest inspect`: documents as docker prints them, manifests indented by tabs, lists by three blanks.

use super::Found;
use super::annotate::member_of;
use super::push::index_of;
use crate::engine::host::Engine;
use crate::engine::registries::Registries;
use crate::error::{Context, Error, Kind, Result};
use crate::oci::manifest::{Descriptor, Document, media};
use crate::storage::lists::Member;
use crate::storage::tags::TagName;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::Serializer;
use serde_json::Value;

/// What `-v` prints of a manifest.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Whole<'a> {
    #[serde(rename = "Ref")]
    reference: &'a str,
    descriptor: &'a Descriptor,
    #[serde(serialize_with = "in_base64")]
    raw: &'a str,
    #[serde(rename = "SchemaV2Manifest", skip_serializing_if = "Option::is_none")]
    docker: Option<Value>,
    #[serde(rename = "OCIManifest", skip_serializing_if = "Option::is_none")]
    oci: Option<Value>,
}

fn in_base64<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(text))
}

/// The member `typed` of the list `name`.
///
/// # Errors
/// [`Kind::NotFound`] when the list does not have it.
pub fn of_list(engine: &Engine, name: &TagName, typed: &str, verbose: bool) -> Result<String> {
    let member = member_of(engine, name, typed)?;
    if verbose { indented(&whole(&member)?, b"\t") } else { again(&member.manifest, b"\t") }
}

/// The list of that name here, or else the document of a registry.
///
/// # Errors
/// Those of [`Found::fetch`].
pub fn show(engine: &Engine, registries: &Registries, typed: &str, verbose: bool) -> Result<String> {
    // A name with a digest is no list's.
    let name = TagName::parse(typed).ok();
    let list = name.map(|name| engine.store()?.lists().get(&name)).transpose()?.flatten();
    if let Some(list) = list {
        return match verbose {
            true => all(&list.members),
            false => String::from_utf8(index_of(&list)?.1).what(|| "printing a list"),
        };
    }
    let found = Found::fetch(registries, typed)?;
    match (&found.document, verbose) {
        (Document::Manifest(_), false) => again(text(&found.fetched.bytes)?, b"\t"),
        (Document::Index(_), false) => again(text(&found.fetched.bytes)?, b"   "),
        (Document::Manifest(manifest), true) => indented(&whole(&found.own_member(manifest)?)?, b"\t"),
        (Document::Index(index), true) => {
            let mut members = Vec::new();
            for (document, mut member) in found.children(index)? {
                if matches!(document, Document::Manifest(_)) {
                    member.reference = format!("{}@{}", found.reference, member.descriptor.digest);
                    members.push(member);
                }
            }
            all(&members)
        }
    }
}

fn all(members: &[Member]) -> Result<String> {
    indented(&members.iter().map(whole).collect::<Result<Vec<_>>>()?, b"\t")
}

fn whole(member: &Member) -> Result<Whole<'_>> {
    let document: Value = serde_json::from_str(&member.manifest).what(|| "reading a manifest")?;
    let is_docker = member.descriptor.media_type == media::DOCKER_MANIFEST;
    let (docker, oci) = if is_docker { (Some(document), None) } else { (None, Some(document)) };
    Ok(Whole {
        reference: &member.reference,
        descriptor: &member.descriptor,
        raw: &member.manifest,
        docker,
        oci,
    })
}

fn text(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes)
        .map_err(|cause| Error::new(Kind::Invalid, "a manifest that is no text").why(cause))
}

/// The same document with other white space: numbers and the order of keys stay as they came.
fn again(document: &str, indent: &[u8]) -> Result<String> {
    let raw: Value = serde_json::from_str(document).what(|| "reading a manifest")?;
    indented(&raw, indent)
}

pub(super) fn indented(value: &impl Serialize, indent: &[u8]) -> Result<String> {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))
        .what(|| "writing a manifest")?;
    String::from_utf8(text).what(|| "writing a manifest")
}
