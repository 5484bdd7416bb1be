//! `rcon inspect`, and its narrower forms: `container inspect`, `image inspect`, `network inspect`.

use super::verb::{Verb, Words};
use super::{Invocation, later};
use crate::engine::host::Engine;
use crate::engine::inspect;
use crate::engine::networks;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use crate::output::template::{self, Template, json_line};
use crate::storage::images::no_such_image;
use clap::{Args, FromArgMatches};
use serde::Serialize;
use serde_json::Value as Json;

/// docker's exit code for a template that cannot be parsed.
const WRONG_TEMPLATE: u8 = 64;

/// What is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspected {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A network.
    Network,
}

/// The arguments of `inspect`.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    pub format: Option<String>,
    /// Show how much a container takes on disk
    #[arg(short, long)]
    pub size: bool,
    /// Look only at objects of this type: container, image or network
    #[arg(long = "type", value_name = "TYPE", value_parser = inspected)]
    pub only: Option<Inspected>,
    /// Names or ids
    #[arg(required = true, value_name = "NAME|ID")]
    pub names: Vec<String>,
}

#[derive(clap::Args)]
struct ContainerInspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    format: Option<String>,
    /// Show how much each container takes on disk
    #[arg(short, long)]
    size: bool,
    /// Names or ids of containers
    #[arg(required = true, value_name = "CONTAINER")]
    names: Vec<String>,
}

#[derive(clap::Args)]
struct ImageInspectArgs {
    /// Print by a template: json or TEMPLATE
    #[arg(short, long, value_name = "TEMPLATE")]
    format: Option<String>,
    /// Names or ids of images
    #[arg(required = true, value_name = "IMAGE")]
    names: Vec<String>,
}

pub(super) static VERB: Verb = Verb {
    about: "Show all that is known of containers, images and networks",
    usage: "[OPTIONS] NAME|ID [NAME|ID...]",
    words: Words::AtLeast(1),
    augment: InspectArgs::augment_args,
    later: later::NONE,
    read: |matches| InspectArgs::from_arg_matches_mut(matches).map(Invocation::Inspect),
};

pub(super) static CONTAINER: Verb = Verb {
    about: "Show all that is known of one or more containers",
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    words: Words::AtLeast(1),
    augment: ContainerInspectArgs::augment_args,
    later: later::NONE,
    read: |matches| {
        let ContainerInspectArgs { format, size, names } =
            ContainerInspectArgs::from_arg_matches_mut(matches)?;
        Ok(Invocation::Inspect(InspectArgs { format, size, only: Some(Inspected::Container), names }))
    },
};

pub(super) static IMAGE: Verb = Verb {
    about: "Show all that is known of one or more images",
    usage: "[OPTIONS] IMAGE [IMAGE...]",
    words: Words::AtLeast(1),
    augment: ImageInspectArgs::augment_args,
    later: later::PLATFORM,
    read: |matches| {
        let ImageInspectArgs { format, names } = ImageInspectArgs::from_arg_matches_mut(matches)?;
        Ok(Invocation::Inspect(InspectArgs { format, size: false, only: Some(Inspected::Image), names }))
    },
};

/// How objects are printed.
enum Form {
    /// One list of all, indented.
    Indented,
    /// One list of all on a line.
    Compact,
    /// A text for each.
    Template(String),
}

/// The image that a word names, as docker's API tells it; `None` where there is none.
pub type FindImage<'a> = &'a dyn Fn(&str) -> Result<Option<Json>>;

impl InspectArgs {
    /// Prints what is known of each name; one that is not found does not keep the others from being shown.
    pub fn run(self, engine: &Engine, image: FindImage<'_>, ui: &mut Ui) -> Result<u8> {
        let form = match self.format.as_deref() {
            None | Some("") => Form::Indented,
            Some("json") => Form::Compact,
            Some(source) => {
                // A wrong template is told before anything is looked for.
                if let Err(error) = Template::parse(source) {
                    ui.talk(error);
                    return Ok(WRONG_TEMPLATE);
                }
                Form::Template(source.to_owned())
            }
        };
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for name in &self.names {
            match self.find(engine, image, name, ui) {
                Ok(object) => found.push(object),
                Err(error) => errors.push(error),
            }
        }
        match form {
            Form::Indented => ui.line(indented(&found)?)?,
            Form::Compact => ui.line(json_line(&Json::Array(found)))?,
            Form::Template(source) => {
                let mut text = String::new();
                for object in &found {
                    match template::inspect(&source, object) {
                        Ok(line) => text.extend([line.as_str(), "\n"]),
                        Err(error) => errors.push(error),
                    }
                }
                // Like docker, an empty line where there is nothing to show.
                ui.print(if text.is_empty() { "\n" } else { &text })?;
            }
        }
        errors.iter().for_each(|error| ui.talk(error));
        Ok(if errors.is_empty() { 0 } else { 1 })
    }

    /// What `name` names, a container rather than an image.
    fn find(&self, engine: &Engine, image: FindImage<'_>, name: &str, ui: &mut Ui) -> Result<Json> {
        if self.only == Some(Inspected::Network) {
            let found = networks::show::show(engine, name);
            return found.map_err(|error| {
                let what = format!("Error response from daemon: {error}");
                if error.kind == Kind::NotFound { Error::new(Kind::NotFound, what) } else { error }
            });
        }
        if self.only != Some(Inspected::Image) {
            match engine.containers.find(name).and_then(|id| inspect::container(engine, &id, self.size)) {
                Err(error) if error.kind == Kind::NotFound && self.only.is_none() => {}
                Err(error) if error.kind == Kind::NotFound => {
                    // docker's word for a narrowed search is that of its daemon.
                    return Err(missing("Error response from daemon: No such container", name));
                }
                result => return result,
            }
        }
        let object = match image(name) {
            // What no image can be called is no mistake where it may be something else.
            Err(error) if error.kind == Kind::Usage && self.only.is_none() => None,
            object => object?,
        };
        if let Some(object) = object {
            if self.size {
                ui.talk("WARNING: --size ignored for image");
            }
            return Ok(object);
        }
        if self.only.is_none() {
            match networks::show::show(engine, name) {
                Err(error) if error.kind == Kind::NotFound => {}
                found => return found,
            }
        }
        Err(match self.only {
            None => missing("Error: No such object", name),
            Some(_) => {
                Error::new(Kind::NotFound, format!("Error response from daemon: {}", no_such_image(name)))
            }
        })
    }
}

fn missing(what: &str, name: &str) -> Error {
    Error::new(Kind::NotFound, format!("{what}: {name}"))
}

/// A list of objects, indented by four blanks as docker's is.
fn indented(objects: &[Json]) -> Result<String> {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let written = objects.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter));
    written.map_err(|error| Error::new(Kind::Invalid, "writing what is known as JSON").why(error))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn inspected(typed: &str) -> Result<Inspected> {
    match typed {
        "container" => Ok(Inspected::Container),
        "image" => Ok(Inspected::Image),
        "network" => Ok(Inspected::Network),
        "config" | "node" | "plugin" | "secret" | "service" | "task" | "volume" => {
            Err(Error::new(Kind::Unsupported, format!("objects of type {typed:?} are not there yet")))
        }
        other => Err(Error::usage(format!(
            "unknown type: {other:?}: must be one of \"container\", \"image\", \"network\""
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::Paths;
    use serde_json::json;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The exit code, standard output and standard error of a call; the only image is `alpine`.
    fn called(format: Option<&str>, only: Option<Inspected>, names: &[&str]) -> (u8, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths {
            data: folder.path().join("data"),
            runtime: folder.path().join("run"),
            config: folder.path().join("config.json"),
        };
        let engine = Engine::open(paths).unwrap();
        let image = |name: &str| Ok((name == "alpine").then(|| json!({"Id": "sha256:1", "Tags": ["<a>"]})));
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let arguments = InspectArgs { format: format.map(str::to_owned), size: false, only, names };
        let (data, talk) = (Shared::default(), Shared::default());
        let mut ui = Ui::over(Box::new(data.clone()), Box::new(talk.clone()));
        let code = arguments.run(&engine, &image, &mut ui).unwrap();
        ui.finish().unwrap();
        let text = |stream: &Shared| String::from_utf8(stream.0.lock().unwrap().clone()).unwrap();
        (code, text(&data), text(&talk))
    }

    #[test]
    fn objects_are_a_list_indented_by_four() {
        let list = "[\n    {\n        \"Id\": \"sha256:1\",\n        \"Tags\": [\n            \"<a>\"\n        ]\n    }\n]\n";
        assert_eq!(called(None, None, &["alpine"]), (0, list.into(), String::new()));
        let line = "[{\"Id\":\"sha256:1\",\"Tags\":[\"<a>\"]}]\n";
        assert_eq!(called(Some("json"), None, &["alpine"]).1, line);
        assert_eq!(
            called(Some("{{json .}}"), None, &["alpine"]).1,
            line.replace("[{", "{").replace("}]", "}")
        );
    }

    #[test]
    fn what_is_not_found_is_told_and_the_others_are_shown() {
        let (code, data, talk) = called(None, None, &["nope"]);
        assert_eq!((code, data.as_str(), talk.as_str()), (1, "[]\n", "Error: No such object: nope\n"));
        let (code, data, talk) = called(Some("{{.Id}}"), None, &["nope", "alpine"]);
        assert_eq!((code, data.as_str(), talk.as_str()), (1, "sha256:1\n", "Error: No such object: nope\n"));
        let (code, data, talk) = called(Some("{{.Id}}"), Some(Inspected::Container), &["alpine"]);
        let words = "Error response from daemon: No such container: alpine\n";
        assert_eq!((code, data.as_str(), talk.as_str()), (1, "\n", words));
    }

    #[test]
    fn a_field_that_is_not_there_is_an_error_of_that_object() {
        let (code, data, talk) = called(Some("{{.Nope}}"), None, &["alpine"]);
        assert_eq!((code, data.as_str()), (1, "\n"));
        assert!(talk.starts_with("template parsing error: "), "{talk}");
        assert_eq!(called(Some("{{.Id"), None, &["alpine"]).0, 64);
    }
}
