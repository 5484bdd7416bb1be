//! What a registry has, as buildx prints it.

use crate::engine::manifest::Found;
use crate::error::{Context, Result};
use crate::oci::manifest::{Descriptor, Platform};
use crate::output::table::Table;
use crate::output::template;
use serde_json::{Map, Value, json};

/// Names and values, and the members of an index.
pub(super) fn table(found: &Found) -> String {
    let name = found.reference.canonical();
    let mut head = Table::new(0, 1);
    head.push(&format!("Name:\t{name}"));
    head.push(&format!("MediaType:\t{}", found.media_type()));
    head.push(&format!("Digest:\t{}", found.digest()));
    let Some(entries) = found.entries() else { return head.to_string() };
    head.push("\t");
    let mut text = head.to_string() + "Manifests: \n";
    // Annotations begin columns of their own.
    let mut members = Table::new(0, 1);
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            members.push("\t");
        }
        members.push(&format!("  Name:\t{name}@{}", entry.digest));
        members.push(&format!("  MediaType:\t{}", entry.media_type));
        let Some(platform) = &entry.platform else { continue };
        members.push(&format!("  Platform:\t{}", shown(platform)));
        if let Some(version) = &platform.os_version {
            members.push(&format!("  OSVersion:\t{version}"));
        }
        if !platform.os_features.is_empty() {
            members.push(&format!("  OSFeatures:\t{}", platform.os_features.join(", ")));
        }
        if !entry.annotations.is_empty() {
            members.push("  Annotations:\t");
            text.push_str(&std::mem::replace(&mut members, Table::new(0, 1)).to_string());
            text.push_str(&annotations(entry));
        }
    }
    text + &members.to_string()
}

fn annotations(entry: &Descriptor) -> String {
    let mut table = Table::new(0, 1);
    entry.annotations.iter().for_each(|(key, value)| table.push(&format!("    {key}:\t{value}")));
    table.to_string()
}

/// `linux/arm/v7`.
pub(super) fn shown(platform: &Platform) -> String {
    let words = [Some(&platform.os), Some(&platform.architecture), platform.variant.as_ref()];
    let words: Vec<&str> =
        words.into_iter().flatten().map(String::as_str).filter(|word| !word.is_empty()).collect();
    words.join("/")
}

/// The text of a template. `json` of a whole thing is indented, as buildx has it.
///
/// # Errors
/// Of the template; of the registry where it asks for `.Image`.
pub(super) fn by_template(found: &Found, format: &str) -> Result<String> {
    let mut dot = Map::new();
    dot.insert("Name".to_owned(), json!(found.reference.canonical()));
    dot.insert("Manifest".to_owned(), manifest(found)?);
    let format = format.trim();
    if format.contains(".Image") || format == "{{json .}}" {
        dot.insert("Image".to_owned(), images(found)?);
    }
    let field = match format {
        "{{json .}}" => {
            let small = dot.into_iter().map(|(key, value)| (key.to_lowercase(), value));
            return pretty(&small.collect::<Map<_, _>>().into());
        }
        "{{json .Manifest}}" => "Manifest",
        "{{json .Image}}" => "Image",
        "{{json .Provenance}}" | "{{json .SBOM}}" => return Ok("{}".to_owned()),
        // Templates name fields as Go's types do; `json` writes those of a document.
        _ if format.contains("json") => {
            let both = dot.into_iter().map(|(key, value)| (key, with_go_names(value)));
            return template::inspect(format, &Value::Object(both.collect()));
        }
        _ => return template::inspect(format, &go_named(Value::Object(dot))),
    };
    pretty(dot.get(field).unwrap_or(&Value::Null))
}

/// What is called otherwise than by its name with a capital.
const GO_NAMES: [(&str, &str); 9] = [
    ("os", "OS"),
    ("os.version", "OSVersion"),
    ("os.features", "OSFeatures"),
    ("rootfs", "RootFS"),
    ("diff_ids", "DiffIDs"),
    ("created_by", "CreatedBy"),
    ("empty_layer", "EmptyLayer"),
    ("urls", "URLs"),
    ("artifactType", "ArtifactType"),
];

/// The name of a field in Go; keys of users' own have characters that no field has, and stay.
fn go_name(key: &str) -> String {
    if let Some((_, name)) = GO_NAMES.iter().find(|(other, _)| *other == key) {
        return (*name).to_owned();
    }
    let mut characters = key.chars();
    match characters.next() {
        Some(first) if key.chars().all(|c| c.is_ascii_alphanumeric()) => {
            first.to_ascii_uppercase().to_string() + characters.as_str()
        }
        _ => key.to_owned(),
    }
}

/// The same with Go's names everywhere but below what users name: `annotations`, and labels.
fn go_named(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(go_named).collect()),
        Value::Object(fields) => {
            let named = |(key, value): (String, Value)| match key.as_str() {
                "annotations" | "Labels" => (go_name(&key), value),
                _ => (go_name(&key), go_named(value)),
            };
            Value::Object(fields.into_iter().map(named).collect())
        }
        other => other,
    }
}

/// The same, each field of it by Go's name as well.
fn with_go_names(value: Value) -> Value {
    let Value::Object(mut fields) = value else { return value };
    let named: Vec<_> = fields.iter().map(|(key, value)| (go_name(key), value.clone())).collect();
    for (key, value) in named {
        fields.entry(key).or_insert(value);
    }
    Value::Object(fields)
}

fn pretty(value: &Value) -> Result<String> {
    serde_json::to_string_pretty(value).what(|| "printing an image")
}

/// What it is, and of an index its members.
fn manifest(found: &Found) -> Result<Value> {
    let mut object = Map::new();
    if found.entries().is_some() {
        object.insert("schemaVersion".to_owned(), json!(2));
    }
    object.insert("mediaType".to_owned(), json!(found.media_type()));
    object.insert("digest".to_owned(), json!(found.digest().to_string()));
    object.insert("size".to_owned(), json!(found.bytes().len()));
    if let Some(entries) = found.entries() {
        let entries = entries.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        object.insert("manifests".to_owned(), Value::Array(entries.what(|| "printing an image")?));
    }
    Ok(Value::Object(object))
}

/// The configuration, or that of each member of an index by its platform.
fn images(found: &Found) -> Result<Value> {
    let mut configs = found.configs()?;
    if found.entries().is_none() {
        return Ok(configs.pop().map_or(Value::Null, |(_, config)| config));
    }
    let by_platform = configs.into_iter().map(|(platform, config)| (shown(&platform), config));
    Ok(Value::Object(by_platform.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_names_they_have_in_go() {
        let document = json!({
            "mediaType": "x",
            "manifests": [{ "platform": { "os": "linux" }, "annotations": { "a": "b" } }],
            "linux/amd64": { "config": { "Env": ["A=b"], "Labels": { "l": "m" } } },
        });
        assert_eq!(
            go_named(document.clone()),
            json!({
                "MediaType": "x",
                "Manifests": [{ "Platform": { "OS": "linux" }, "Annotations": { "a": "b" } }],
                "linux/amd64": { "Config": { "Env": ["A=b"], "Labels": { "l": "m" } } },
            })
        );
        let both = with_go_names(document);
        assert_eq!(both["MediaType"], both["mediaType"]);
        assert_eq!(both["Manifests"][0]["platform"]["os"], "linux");
    }

    #[test]
    fn a_platform_is_shown_without_what_it_lacks() {
        let platform = |variant: Option<&str>| Platform {
            os: "linux".to_owned(),
            architecture: "arm".to_owned(),
            variant: variant.map(str::to_owned),
            ..Platform::default()
        };
        assert_eq!(shown(&platform(Some("v7"))), "linux/arm/v7");
        assert_eq!(shown(&platform(None)), "linux/arm");
    }
}
