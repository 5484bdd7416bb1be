//! All groups and targets of all files, before anything is inherited or overridden.

use super::compose;
use super::definition::{Definition, keep_first};
use super::lang::diagnostic::{Checked, Diagnostic};
use super::lang::syntax::Body;
use super::lang::{hcl, json};
use super::model::Group;
use super::resolve::{self, Variable};
use super::wish::BakeWish;
use std::collections::{BTreeMap, BTreeSet};

/// What files say.
#[derive(Debug, Default)]
pub struct Config {
    groups: Vec<(String, Group)>,
    targets: Vec<(String, Definition)>,
    places: BTreeMap<String, usize>,
    /// Variables of the language, sorted by name.
    pub variables: Vec<Variable>,
}

impl Config {
    /// The group `name`; of several, the first.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|(other, _)| other == name).map(|(_, group)| group)
    }

    /// The target `name`.
    pub fn target(&self, name: &str) -> Option<&Definition> {
        self.places.get(name).map(|place| &self.targets[*place].1)
    }

    /// All groups, in order.
    pub fn groups(&self) -> impl Iterator<Item = &(String, Group)> {
        self.groups.iter()
    }

    /// All targets, in order.
    pub fn targets(&self) -> impl Iterator<Item = &(String, Definition)> {
        self.targets.iter()
    }

    fn add_target(&mut self, name: String, definition: Definition) {
        match self.places.get(&name) {
            Some(place) => self.targets[*place].1.merge(&definition),
            None => {
                self.places.insert(name.clone(), self.targets.len());
                self.targets.push((name, definition));
            }
        }
    }

    fn add_group(&mut self, name: String, mut group: Group) {
        let mut seen = BTreeSet::new();
        group.targets.retain(|target| seen.insert(target.clone()));
        match self.groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, other)) => *other = group,
            None => self.groups.push((name, group)),
        }
    }
}

/// Reads files, compose files first, whatever their order; of the others, each comes before those after it.
pub fn parse(files: &[(String, Vec<u8>)], wish: &BakeWish) -> Checked<Config> {
    let mut bodies = Body::default();
    let mut compose_files = Vec::new();
    let mut language = false;
    for (index, (name, content)) in files.iter().enumerate() {
        let text =
            std::str::from_utf8(content).map_err(|_| Diagnostic::plain(format!("{name}: not UTF-8")))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match notation(name, text, index, wish)? {
            Notation::Compose(document) => compose_files.push(document),
            Notation::Language(body) => {
                language = true;
                bodies.attributes.extend(body.attributes);
                bodies.blocks.extend(body.blocks);
            }
        }
    }
    let mut config = Config::default();
    if !compose_files.is_empty() {
        let failed = |why| Diagnostic::plain(format!("failed to parse compose file: {why}"));
        let services = compose::services(compose_files, wish).map_err(failed)?;
        if let Some(default) = services.default {
            config.add_group("default".to_string(), default);
        }
        services.targets.into_iter().for_each(|(name, target)| config.add_target(name, target));
    }
    if language {
        let resolved = resolve::resolve(&bodies, wish)?;
        resolved.targets.into_iter().for_each(|(name, target)| config.add_target(name, target));
        resolved.groups.into_iter().for_each(|(name, group)| config.add_group(name, group));
        for (name, mut targets) in resolved.renamed {
            keep_first(&mut targets);
            let same = matches!(targets.as_slice(), [only] if *only == name);
            if !same && config.group(&name).is_none() {
                config.groups.push((name, Group { description: String::new(), targets }));
            }
        }
        config.variables = resolved.variables;
    }
    if config.targets.len() > super::MOST_TARGETS {
        return Err(Diagnostic::plain(format!("more than {} targets", super::MOST_TARGETS)));
    }
    Ok(config)
}

/// What a file turned out to be.
enum Notation {
    Compose(serde_json::Value),
    Language(Body),
}

/// By the end of the name; where that says nothing, by what can be read.
fn notation(name: &str, text: &str, index: usize, wish: &BakeWish) -> Checked<Notation> {
    let lower = name.to_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| lower.ends_with(end));
    if ends(&[".yml", ".yaml"]) {
        return compose::parse(text, wish).map(Notation::Compose).map_err(Diagnostic::plain);
    }
    if ends(&[".json"]) {
        // HCL is allowed here as well, but what is said of it then is about JSON.
        return json::parse(text, index)
            .or_else(|failure| hcl::parse(text, index).map_err(|_| failure))
            .map(Notation::Language);
    }
    if ends(&[".hcl"]) {
        return hcl::parse(text, index)
            .or_else(|failure| json::parse(text, index).map_err(|_| failure))
            .map(Notation::Language);
    }
    if let Ok(document) = compose::parse(text, wish) {
        return Ok(Notation::Compose(document));
    }
    hcl::parse(text, index)
        .or_else(|failure| json::parse(text, index).map_err(|_| failure))
        .map(Notation::Language)
}
