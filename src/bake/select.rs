//! From all that files say to what is wanted: patterns, groups, inheritance, links between targets.

use super::config::Config;
use super::definition::Definition;
use super::entries::OutputEntry;
use super::glob;
use super::model::{Bake, Target};
use super::overrides::{self, Overrides};
use std::collections::{BTreeMap, BTreeSet};

/// Groups in groups, targets that inherit from others, links from one to the next.
const DEEPEST: usize = 200;

/// Resolves the targets that are wanted.
///
/// # Errors
/// A target that does not exist, or that needs itself.
pub fn select(config: &Config, wanted: &[String], overrides: &Overrides) -> Result<Bake, String> {
    let default = ["default".to_string()];
    let wanted = if wanted.is_empty() { &default } else { wanted };
    let mut names: Vec<String> = Vec::new();
    for name in wanted {
        names.extend(matching(&name.replace('.', "_"), config)?);
    }
    unique(&mut names);

    let mut selection = Selection { config, overrides, bake: Bake::default() };
    for name in &names {
        let mut found = Found::default();
        selection.expand(name, &mut BTreeMap::new(), &mut found, DEEPEST)?;
        for target in &found.targets {
            let resolved = selection.resolve(target)?;
            selection.bake.targets.insert(target.clone(), resolved);
        }
        for group in found.groups {
            if let Some(of_files) = config.group(&group) {
                selection.bake.groups.insert(group, of_files.clone());
            }
        }
    }
    selection.name_default(&names);
    let roots: Vec<String> = selection.bake.targets.keys().cloned().collect();
    for name in roots {
        selection.link(&name, &mut Vec::new())?;
    }
    Ok(selection.bake)
}

/// Groups and targets a word stands for.
fn matching(pattern: &str, config: &Config) -> Result<Vec<String>, String> {
    if !pattern.contains(['*', '?', '[', ']']) {
        return Ok(vec![pattern.to_string()]);
    }
    let groups = config.groups().map(|(name, _)| name);
    let all = groups.chain(config.targets().map(|(name, _)| name));
    let names: Vec<_> = all.filter(|name| glob::matches(pattern, name) == Some(true)).cloned().collect();
    if names.is_empty() { Err(format!("could not find any target matching {pattern:?}")) } else { Ok(names) }
}

fn unique(names: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}

/// What a name stands for.
#[derive(Debug, Clone, Default)]
struct Found {
    targets: Vec<String>,
    groups: Vec<String>,
}

struct Selection<'c> {
    config: &'c Config,
    overrides: &'c Overrides,
    bake: Bake,
}

impl Selection<'_> {
    /// The targets and groups in a group; a name that is no group is a target, and so is a group inside of itself.
    fn expand(
        &self,
        name: &str,
        visited: &mut BTreeMap<String, Found>,
        found: &mut Found,
        depth: usize,
    ) -> Result<(), String> {
        let Some(group) = self.config.group(name) else {
            found.targets.push(name.to_string());
            return Ok(());
        };
        let deeper =
            depth.checked_sub(1).ok_or_else(|| format!("groups are nested deeper than {DEEPEST} levels"))?;
        visited.insert(name.to_string(), Found::default());
        let mut own = Found { targets: Vec::new(), groups: vec![name.to_string()] };
        for member in &group.targets {
            let mut inner = Found::default();
            match visited.get(member) {
                Some(known) => inner = known.clone(),
                None => self.expand(member, visited, &mut inner, deeper)?,
            }
            if inner.targets.is_empty() {
                own.targets.push(member.clone());
            }
            own.targets.append(&mut inner.targets);
            own.groups.append(&mut inner.groups);
            unique(&mut own.targets);
            unique(&mut own.groups);
        }
        visited.insert(name.to_string(), own.clone());
        found.targets.append(&mut own.targets);
        found.groups.append(&mut own.groups);
        Ok(())
    }

    /// What was asked for is the group `default`.
    fn name_default(&mut self, names: &[String]) {
        for name in names {
            let known = self.bake.groups.contains_key("default");
            if !(known && name == "default") {
                let default = self.bake.groups.entry("default".to_string()).or_default();
                default.targets.push(name.clone());
            }
        }
        if let Some(default) = self.bake.groups.get_mut("default") {
            default.targets.sort();
            default.targets.dedup();
        }
    }

    fn resolve(&self, name: &str) -> Result<Target, String> {
        let definition = self.inherit(name, &mut BTreeMap::new(), DEEPEST)?;
        let target = definition.unwrap_or_default().finish();
        match (target.context.as_str(), target.dockerfile.as_str()) {
            ("-", _) => Err("context from stdin not allowed in bake".to_string()),
            (_, "-") => Err("dockerfile from stdin not allowed in bake".to_string()),
            _ => Ok(target),
        }
    }

    /// A target with all it inherits, overridden; `None` while it is being made, for one that inherits from itself.
    fn inherit(
        &self,
        name: &str,
        visited: &mut BTreeMap<String, Option<Definition>>,
        depth: usize,
    ) -> Result<Option<Definition>, String> {
        if let Some(known) = visited.get(name) {
            return Ok(known.clone());
        }
        visited.insert(name.to_string(), None);
        let own = self.config.target(name).ok_or_else(|| format!("failed to find target {name}"))?;
        let deeper =
            depth.checked_sub(1).ok_or_else(|| format!("more than {DEEPEST} targets inherit in a row"))?;
        let mut definition = Definition::default();
        for parent in own.inherits.iter().flatten() {
            if let Some(inherited) = self.inherit(parent, visited, deeper)? {
                definition.merge(&inherited);
            }
        }
        definition.merge(own);
        if let Some(overrides) = self.overrides.get(name) {
            overrides::apply(&mut definition, overrides)?;
        }
        definition.normalize();
        visited.insert(name.to_string(), Some(definition.clone()));
        Ok(Some(definition))
    }

    /// Adds the targets that a target takes files from, in front of it.
    fn link(&mut self, name: &str, way: &mut Vec<String>) -> Result<(), String> {
        if self.bake.order.iter().any(|done| done == name) {
            return Ok(());
        }
        if way.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} targets are linked in a row"));
        }
        way.push(name.to_string());
        let Some(target) = self.bake.targets.get(name) else { return Ok(()) };
        let linked: Vec<String> = target
            .contexts
            .values()
            .filter_map(|place| place.strip_prefix("target:"))
            .map(String::from)
            .collect();
        for other in linked {
            if other == name {
                return Err(format!("target {other} cannot link to itself"));
            }
            if way.contains(&other) {
                return Err(format!("infinite loop from {name} to {other}"));
            }
            if !self.bake.targets.contains_key(&other) {
                let mut target = self.resolve(&other)?;
                target.outputs =
                    vec![OutputEntry { kind: "cacheonly".to_string(), ..OutputEntry::default() }];
                target.linked = true;
                self.bake.targets.insert(other.clone(), target);
            }
            self.link(&other, way)?;
            self.check_link(name, &other)?;
        }
        way.pop();
        self.bake.order.push(name.to_string());
        Ok(())
    }

    /// What a target allows itself is needed by those that take files from it; platforms must fit.
    fn check_link(&mut self, name: &str, other: &str) -> Result<(), String> {
        let Some(from) = self.bake.targets.get(other) else { return Ok(()) };
        let (entitlements, platforms) = (from.entitlements.clone(), from.platforms.clone());
        let Some(target) = self.bake.targets.get_mut(name) else { return Ok(()) };
        for entitlement in entitlements {
            if !target.entitlements.contains(&entitlement) {
                target.entitlements.push(entitlement);
            }
        }
        let several = target.platforms.len() > 1 && platforms.len() > 1;
        if several && !target.platforms.iter().all(|platform| platforms.contains(platform)) {
            return Err(format!(
                "target {other} can't be used by {name} because its platforms [{}] are not a subset of [{}]",
                target.platforms.join(" "),
                platforms.join(" ")
            ));
        }
        Ok(())
    }
}
