//! What `--print` shows.

use super::entries::Entry;
use super::lang::value::escape_markup;
use super::model::{Bake, Group, Target};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Groups and targets as `docker buildx bake --print` shows them, keys in its order; read again, they are the same.
pub fn print(bake: &Bake) -> Value {
    let mut all = Map::new();
    if !bake.groups.is_empty() {
        let groups = bake.groups.iter().map(|(name, group)| (name.clone(), group_json(group)));
        all.insert("group".to_string(), groups.collect::<Map<_, _>>().into());
    }
    let targets = bake.targets.iter().map(|(name, target)| (name.clone(), target_json(target)));
    all.insert("target".to_string(), targets.collect::<Map<_, _>>().into());
    all.into()
}

/// [`print`] as text: indented by two, `<`, `>` and `&` escaped, without a newline at the end.
pub fn print_text(bake: &Bake) -> String {
    escape_markup(&format!("{:#}", print(bake)))
}

fn group_json(group: &Group) -> Value {
    let mut all = Map::new();
    if !group.description.is_empty() {
        all.insert("description".to_string(), group.description.clone().into());
    }
    all.insert("targets".to_string(), group.targets.clone().into());
    all.into()
}

fn target_json(target: &Target) -> Value {
    let mut out = Printer::default();
    out.text("description", Some(&target.description).filter(|text| !text.is_empty()));
    out.texts("annotations", target.annotations.iter().map(|text| escape(text)).collect());
    out.entries("attest", &target.attest);
    out.text("context", Some(&target.context));
    out.mapping("contexts", &target.contexts, false);
    out.text("dockerfile", Some(&target.dockerfile));
    out.text("dockerfile-inline", target.dockerfile_inline.as_ref().map(|text| escape(text)).as_ref());
    out.mapping("args", &target.args, true);
    out.mapping("labels", &target.labels, true);
    out.texts("tags", target.tags.clone());
    out.entries("cache-from", &target.cache_from);
    out.entries("cache-to", &target.cache_to);
    out.text("target", target.target.as_ref());
    out.entries("secret", &target.secrets);
    out.entries("ssh", &target.ssh);
    out.texts("platforms", target.platforms.clone());
    out.entries("output", &target.outputs);
    out.truth("pull", target.pull);
    out.truth("no-cache", target.no_cache);
    out.text("network", target.network.as_ref());
    out.texts("no-cache-filter", target.no_cache_filter.clone());
    out.text("shm-size", target.shm_size.as_ref());
    out.texts("ulimits", target.ulimits.clone());
    out.text("call", target.call.as_ref());
    out.texts("entitlements", target.entitlements.clone());
    out.mapping("extra-hosts", &target.extra_hosts, true);
    out.0.into()
}

/// Text that is a template again when it is read from a file.
fn escape(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Collects what is not empty.
#[derive(Debug, Default)]
struct Printer(Map<String, Value>);

impl Printer {
    fn text(&mut self, name: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.0.insert(name.to_string(), text.clone().into());
        }
    }

    fn truth(&mut self, name: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.0.insert(name.to_string(), value.into());
        }
    }

    fn texts(&mut self, name: &str, texts: Vec<String>) {
        if !texts.is_empty() {
            self.0.insert(name.to_string(), texts.into());
        }
    }

    fn entries<T: Entry>(&mut self, name: &str, entries: &[T]) {
        if !entries.is_empty() {
            self.0.insert(name.to_string(), entries.iter().map(Entry::json).collect());
        }
    }

    fn mapping(&mut self, name: &str, entries: &BTreeMap<String, String>, escaped: bool) {
        if !entries.is_empty() {
            let shown = |text: &String| if escaped { escape(text) } else { text.clone() };
            let entries = entries.iter().map(|(name, value)| (name.clone(), Value::from(shown(value))));
            self.0.insert(name.to_string(), entries.collect::<Map<_, _>>().into());
        }
    }
}
