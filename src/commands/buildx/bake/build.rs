//! Targets become builds, one after the other: each behind those it takes files from.

use crate::bake::{Bake, Target};
use crate::build::apart::apart;
use crate::build::progress::shared::{Display, Part};
use crate::build::wish::{BuildWish, OutputKind, ProgressWish};
use crate::build::work::Fetched;
use crate::build::{Built, Failure};
use crate::commands::build::{BuildArgs, add_proxies};
use crate::commands::caller::Caller;
use crate::durable;
use crate::engine::host::Engine;
use crate::engine::registries;
use crate::error::{Context, Error, Kind, Result};
use crate::output::Ui;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// What all targets are built with.
pub(super) struct Oven<'a> {
    pub(super) engine: &'a Engine,
    pub(super) caller: &'a Caller,
    pub(super) display: &'a Display,
    pub(super) progress: ProgressWish,
    pub(super) registries: registries::Wish,
    pub(super) bake: &'a Bake,
}

/// What is to be done for a target; the Dockerfile of one that has its text inline goes with the value.
pub(super) struct Order {
    pub(super) wish: BuildWish,
    _inline: Option<Fetched>,
}

/// Builds all; what came of each, by its name.
pub(super) fn all(oven: &Oven<'_>, ui: &mut Ui) -> Result<BTreeMap<String, Built>, Failure> {
    let early = |error| Failure { error, excerpt: String::new() };
    let mut built: BTreeMap<String, Built> = BTreeMap::new();
    let mut orders = Vec::new();
    // All are understood before the first is built.
    for name in &oven.bake.order {
        let target = oven.target(name).map_err(early)?;
        oven.notes(target).iter().for_each(|note| ui.talk(note));
        orders.push((name, target, oven.order(name, target, &target.contexts).map_err(early)?));
    }
    for (name, target, mut order) in orders {
        order.wish.build_contexts = oven.contexts(target, &built).map_err(early)?;
        let mut part = oven.part(name);
        built.insert(name.clone(), apart(oven.engine, &order.wish, &mut part)?);
    }
    Ok(built)
}

/// Writes what is known of the results, if that is wanted.
pub(super) fn tell(file: Option<&Path>, caller: &Caller, built: &BTreeMap<String, Built>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let all: Map<String, Value> =
        built.iter().map(|(name, built)| (name.clone(), built.metadata.clone())).collect();
    let text = serde_json::to_vec_pretty(&all).what(|| "writing the metadata")?;
    durable::replace(&caller.directory.join(file), &text)
}

impl Oven<'_> {
    pub(super) fn target(&self, name: &str) -> Result<&Target> {
        let missing = || Error::new(Kind::NotFound, format!("failed to find target {name}"));
        self.bake.targets.get(name).ok_or_else(missing)
    }

    /// The part of the display that a target has.
    pub(super) fn part(&self, name: &str) -> Part {
        self.display.part(if self.bake.targets.len() > 1 { name } else { "" })
    }

    fn notes(&self, target: &Target) -> Vec<String> {
        BuildArgs::of_target(target, &BTreeMap::new())
            .map_or_else(|_| Vec::new(), |args| args.notes_of_target(self.caller))
    }

    /// What `target` asks for.
    pub(super) fn order(
        &self,
        name: &str,
        target: &Target,
        contexts: &BTreeMap<String, String>,
    ) -> Result<Order> {
        let place = |place: &String| place.strip_prefix("cwd://").unwrap_or(place).to_owned();
        let files = contexts.iter().filter(|(_, place)| !place.starts_with(TARGET));
        let files = files.map(|(name, context)| (name.clone(), place(context))).collect();
        let mut args = BuildArgs::of_target(target, &files)?;
        let inline = match &target.dockerfile_inline {
            None => None,
            Some(text) => {
                let folder = Fetched::begin(&self.engine.store()?)?;
                let file = folder.path().join("Dockerfile");
                durable::replace(&file, text.as_bytes())?;
                args.file = Some(file.display().to_string());
                Some(folder)
            }
        };
        let mut wish = args.wish(self.caller)?;
        wish.progress = self.progress;
        wish.registries = self.registries.clone();
        add_proxies(&mut wish, &self.engine.paths)?;
        self.keep_for_others(name, &mut wish);
        Ok(Order { wish, _inline: inline })
    }

    /// What others take files from has to be an image in the store; without a name, when nobody asked for one.
    fn keep_for_others(&self, name: &str, wish: &mut BuildWish) {
        let link = format!("{TARGET}{name}");
        let is_needed = self.bake.targets.values().any(|other| other.contexts.values().any(|it| *it == link));
        let is_image = |kind| matches!(kind, OutputKind::Image | OutputKind::Registry);
        let stored = wish.outputs.iter().any(|output| {
            is_image(output.kind) || (output.kind == OutputKind::Docker && output.destination.is_none())
        });
        if !is_needed || wish.outputs.is_empty() || stored {
            return;
        }
        wish.tags.clear();
        wish.outputs.retain(|output| output.kind != OutputKind::CacheOnly);
        if !wish.outputs.is_empty() {
            let image = crate::build::wish::OutputWish {
                kind: OutputKind::Image,
                destination: None,
                options: BTreeMap::new(),
            };
            wish.outputs.push(image);
        }
    }

    /// The contexts of `target`, those that are other targets as what those gave.
    fn contexts(&self, target: &Target, built: &BTreeMap<String, Built>) -> Result<Vec<(String, String)>> {
        let mut given = BTreeMap::new();
        for (name, place) in &target.contexts {
            let place = match place.strip_prefix(TARGET) {
                None => place.strip_prefix("cwd://").unwrap_or(place).to_owned(),
                Some(other) => {
                    let nothing = || Error::new(Kind::NotFound, format!("the target {other} gives no image"));
                    let id = built.get(other).and_then(|built| built.id).ok_or_else(nothing)?;
                    format!("docker-image://{id}")
                }
            };
            given.insert(name.clone(), place);
        }
        BuildArgs::contexts(&given)
    }
}

/// A context that another target gives.
pub(super) const TARGET: &str = "target:";
