//! `--call=outline`: what a target can be given.

use super::{Answer, json};
use crate::build::driver::StepFailed;
use crate::build::graph::{self, Graph, origins_of};
use crate::build::images::Images;
use crate::build::stage::{Base, Origin};
use crate::build::whole::Text;
use crate::build::wish::BuildWish;
use crate::dockerfile::ast::{Dockerfile, Instruction, Kind, Lines, Mount, MountKind, Stage};
use crate::dockerfile::mount;
use crate::dockerfile::words::Lexer;
use crate::output::table::Table;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the file is evaluated with.
pub(super) struct Given<'a> {
    pub(super) wish: &'a BuildWish,
    pub(super) platform: &'a str,
    pub(super) images: &'a Images<'a>,
}

/// An argument.
#[derive(Debug, Clone)]
struct Arg {
    value: Option<String>,
    description: Option<String>,
    lines: Lines,
}

/// A secret or an agent.
#[derive(Debug, Clone, Copy)]
struct Need {
    required: bool,
    lines: Lines,
}

type Values = BTreeMap<String, String>;

/// What a target can be given, as far as it was seen.
struct Outline<'a> {
    file: &'a Dockerfile,
    graph: &'a Graph,
    given: &'a Given<'a>,
    lexer: Lexer,
    /// Global arguments, with those the file has without declaring them.
    globals: Values,
    declared: BTreeMap<String, Arg>,
    args: BTreeMap<String, Arg>,
    secrets: BTreeMap<String, Need>,
    agents: BTreeMap<String, Need>,
    /// Variables at the end of each stage that was seen.
    seen: BTreeMap<usize, Values>,
}

pub(super) fn answer(
    file: &Dockerfile,
    graph: &Graph,
    given: &Given<'_>,
    source: &Text,
) -> Result<Answer, StepFailed> {
    let target = &file.stages[graph.target];
    let mut outline = Outline {
        file,
        graph,
        given,
        lexer: Lexer::new(file.directives.escape.unwrap_or('\\')),
        globals: graph::predefined(given.platform, target),
        declared: BTreeMap::new(),
        args: BTreeMap::new(),
        secrets: BTreeMap::new(),
        agents: BTreeMap::new(),
        seen: BTreeMap::new(),
    };
    outline.declare_globals();
    outline.stage(graph.target);
    Ok(Answer { text: outline.text(target), json: outline.json(target, source), failed: false })
}

impl Outline<'_> {
    /// The file was planned, so words can be expanded; where one cannot, it is told as it is.
    fn word(&self, word: &str, values: &Values) -> String {
        self.lexer.word(word, values).map_or_else(|_| word.to_owned(), |expanded| expanded.text)
    }

    fn described(&self, name: &str, lines: Lines) -> Option<String> {
        let keyword = self.file.keywords.iter().find(|keyword| keyword.lines.first == lines.first)?;
        let of = |comment: &String| comment.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
        keyword.comments.iter().find_map(of)
    }

    fn declare_globals(&mut self) {
        for Instruction { kind, lines, .. } in &self.file.global_args {
            let Kind::Arg(args) = kind else { continue };
            for (name, default) in args {
                let default = default.as_deref().map(|word| self.word(word, &self.globals));
                let value = self.given.wish.args.get(name).cloned().or(default);
                self.globals.extend(value.clone().map(|value| (name.clone(), value)));
                let arg = Arg { value, description: self.described(name, *lines), lines: *lines };
                self.declared.insert(name.clone(), arg);
            }
        }
    }

    /// Takes in a stage and all it needs; gives its variables.
    fn stage(&mut self, number: usize) -> Values {
        if let Some(values) = self.seen.get(&number) {
            return values.clone();
        }
        let (Some(plan), Some(stage)) = (&self.graph.stages[number], self.file.stages.get(number)) else {
            return Values::new();
        };
        self.use_globals(stage);
        let mut values = match plan.base {
            Base::Stage(base) => self.stage(base),
            Base::Scratch => Values::new(),
            Base::Image(_) => self.of_image(stage),
        };
        let works = plan.steps.iter().filter_map(|step| step.work.as_ref());
        let needed: BTreeSet<usize> = works
            .flat_map(origins_of)
            .filter_map(|origin| if let Origin::Stage(other) = origin { Some(other) } else { None })
            .collect();
        needed.into_iter().for_each(|other| drop(self.stage(other)));
        stage.instructions.iter().for_each(|instruction| self.instruction(instruction, &mut values));
        self.seen.insert(number, values.clone());
        values
    }

    /// What `FROM` is made of.
    fn use_globals(&mut self, stage: &Stage) {
        for word in std::iter::once(&stage.base).chain(&stage.platform) {
            let Ok(expanded) = self.lexer.word(word, &self.globals) else { continue };
            for name in expanded.matched.iter().chain(&expanded.unmatched) {
                if let Some(arg) = self.declared.get(name) {
                    self.args.insert(name.clone(), arg.clone());
                }
            }
        }
    }

    fn of_image(&self, stage: &Stage) -> Values {
        let name = self.word(&stage.base, &self.globals);
        let Some(image) = self.given.images.known(&name) else { return Values::new() };
        let pairs = image.config.config.env.iter().filter_map(|entry| entry.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn instruction(&mut self, instruction: &Instruction, values: &mut Values) {
        let lines = instruction.lines;
        match &instruction.kind {
            Kind::Arg(args) => {
                args.iter().for_each(|(name, default)| self.arg(name, default.as_deref(), lines, values));
            }
            Kind::Env { pairs, .. } => {
                let expanded: Vec<(String, String)> = pairs
                    .iter()
                    .map(|(key, value)| (self.word(key, values), self.word(value, values)))
                    .collect();
                values.extend(expanded);
            }
            Kind::Run(run) => run.mounts.iter().for_each(|mount| self.mount(mount, lines, values)),
            _ => {}
        }
    }

    fn arg(&mut self, name: &str, default: Option<&str>, lines: Lines, values: &mut Values) {
        let own = self.given.wish.args.get(name).cloned();
        let own = own.or_else(|| default.map(|word| self.word(word, values)));
        let global = if default.is_none() { self.declared.get(name).cloned() } else { None };
        let arg = match global {
            Some(global) => global,
            None => {
                let value = own.clone().or_else(|| self.globals.get(name).cloned());
                // What everybody has needs no telling.
                let is_predefined = own.is_none() && value.is_some();
                values.extend(value.clone().map(|value| (name.to_owned(), value)));
                if is_predefined {
                    return;
                }
                Arg { value, description: self.described(name, lines), lines }
            }
        };
        values.extend(arg.value.clone().map(|value| (name.to_owned(), value)));
        self.args.insert(name.to_owned(), arg);
    }

    fn mount(&mut self, written: &Mount, lines: Lines, values: &Values) {
        let expanded = mount::expanded(written, &mut |value| Ok(self.word(value, values)));
        let Mount { kind, id, target, source, required, .. } = expanded.unwrap_or_else(|_| written.clone());
        let last = |path: String| path.rsplit('/').next().map(str::to_owned);
        let need = Need { required, lines };
        match kind {
            MountKind::Secret => {
                let id = id.or(source).or_else(|| target.and_then(last)).unwrap_or_default();
                self.secrets.entry(id).or_insert(need);
            }
            MountKind::Ssh => {
                self.agents.entry(id.unwrap_or_else(|| "default".to_owned())).or_insert(need);
            }
            MountKind::Bind | MountKind::Cache | MountKind::Tmpfs => {}
        }
    }

    fn args(&self) -> Vec<(&String, &Arg)> {
        let mut args: Vec<(&String, &Arg)> = self.args.iter().collect();
        args.sort_by_key(|(_, arg)| arg.lines.first);
        args
    }

    fn text(&self, target: &Stage) -> String {
        let mut text = String::new();
        let mut head = Table::new(0, 1);
        target.name.iter().for_each(|name| head.push(&format!("TARGET:\t{name}")));
        target.comment.iter().for_each(|comment| head.push(&format!("DESCRIPTION:\t{comment}")));
        if target.name.is_some() || target.comment.is_some() {
            text.push_str(&format!("{head}\n"));
        }
        let mut add = |title: &str, rows: Vec<String>| {
            if !rows.is_empty() {
                let mut table = Table::new(0, 3);
                table.push(title);
                rows.iter().for_each(|row| table.push(row));
                text.push_str(&format!("{table}\n"));
            }
        };
        let arg = |(name, arg): (&String, &Arg)| {
            let value = arg.value.as_deref().unwrap_or_default();
            format!("{name}\t{value}\t{}", arg.description.as_deref().unwrap_or_default())
        };
        add("BUILD ARG\tVALUE\tDESCRIPTION", self.args().into_iter().map(arg).collect());
        let need =
            |(id, need): (&String, &Need)| format!("{id}\t{}", if need.required { "true" } else { "" });
        add("SECRET\tREQUIRED", sorted(&self.secrets).into_iter().map(need).collect());
        add("SSH\tREQUIRED", sorted(&self.agents).into_iter().map(need).collect());
        text
    }

    fn json(&self, target: &Stage, source: &Text) -> Value {
        let mut all = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            all.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("name", target.name.clone().map(Value::from));
        put("description", target.comment.clone().map(Value::from));
        let args: Vec<Value> = self.args().into_iter().map(arg_json).collect();
        put("args", (!args.is_empty()).then(|| args.into()));
        for (name, needs) in [("secrets", &self.secrets), ("ssh", &self.agents)] {
            let needs: Vec<Value> = sorted(needs).into_iter().map(need_json).collect();
            put(name, (!needs.is_empty()).then(|| needs.into()));
        }
        put("sources", Some(vec![json::data(&source.text)].into()));
        all.into()
    }
}

fn sorted(needs: &BTreeMap<String, Need>) -> Vec<(&String, &Need)> {
    let mut needs: Vec<(&String, &Need)> = needs.iter().collect();
    needs.sort_by_key(|(_, need)| need.lines.first);
    needs
}

fn arg_json((name, arg): (&String, &Arg)) -> Value {
    let mut all = Map::from_iter([("name".to_owned(), Value::from(name.clone()))]);
    all.extend(arg.description.clone().map(|text| ("description".to_owned(), text.into())));
    let value = arg.value.clone().filter(|value| !value.is_empty());
    all.extend(value.map(|value| ("value".to_owned(), value.into())));
    all.insert("location".to_owned(), json::location(arg.lines));
    all.into()
}

fn need_json((id, need): (&String, &Need)) -> Value {
    let mut all = Map::from_iter([("name".to_owned(), Value::from(id.clone()))]);
    if need.required {
        all.insert("required".to_owned(), true.into());
    }
    all.insert("location".to_owned(), json::location(need.lines));
    all.into()
}
