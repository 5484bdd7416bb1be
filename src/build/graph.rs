//! Which stages are needed, what each begins with, and what its steps are.

use super::bases::Bases;
use super::stage::{Base, Evaluated, Given, Names, Origin, Scope, StagePlan, Work, Wrong, evaluate};
use crate::dockerfile;
use crate::dockerfile::ast::{Dockerfile, Instruction, Kind, Lines, Stage};
use crate::dockerfile::words::{Lexer, Variables};
use crate::error::{Error, Kind as ErrorKind};
use crate::oci::config::{ImageConfig, RunConfig};
use crate::oci::manifest::architecture;
use std::collections::BTreeMap;

/// A Dockerfile, ready to be built for one platform.
#[derive(Debug)]
pub struct Graph {
    /// By their number in the file; `None` for those that the target does not need.
    pub stages: Vec<Option<StagePlan>>,
    /// The stage that becomes the image.
    pub target: usize,
}

/// What the call says about all stages.
#[derive(Debug)]
pub struct Call<'a> {
    /// `--build-arg`.
    pub args: &'a BTreeMap<String, String>,
    /// `--target`.
    pub target: Option<&'a str>,
    /// The platform that is built for: `os/arch[/variant]`.
    pub platform: &'a str,
}

/// Plans the stages of `file` that the target needs.
pub fn plan(file: &Dockerfile, call: &Call<'_>, bases: &mut dyn Bases) -> Result<Graph, Wrong> {
    let target = target(file, call.target)?;
    let escape = file.directives.escape.unwrap_or('\\');
    let globals = globals(file, call, &file.stages[target], escape)?;
    let planned = file.stages.iter().map(|_| Planned::Untouched).collect();
    let mut planner = Planner { file, call, bases, globals, escape, planned };
    planner.stage(target)?;
    let stages = planner.planned.into_iter().map(|planned| match planned {
        Planned::Done(plan) => Some(*plan),
        _ => None,
    });
    Ok(Graph { stages: stages.collect(), target })
}

/// The number of the stage that `--target` names; the last one without.
pub fn target(file: &Dockerfile, wanted: Option<&str>) -> Result<usize, Wrong> {
    let last = file.stages.len().saturating_sub(1);
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Ok(last) };
    by_name(file, wanted).ok_or_else(|| Wrong {
        // Nowhere in the file.
        lines: Lines::default(),
        error: Error::usage(format!("target stage {wanted:?} could not be found")),
    })
}

fn by_name(file: &Dockerfile, name: &str) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    let named = |stage: &Stage| stage.name.as_deref() == Some(lower.as_str());
    let number = || name.parse::<usize>().ok().filter(|number| *number < file.stages.len());
    file.stages.iter().rposition(named).or_else(number)
}

/// The arguments that a file has without declaring them globally.
pub fn predefined(platform: &str, target: &Stage) -> BTreeMap<String, String> {
    let own = format!("linux/{}", architecture());
    let mut globals = BTreeMap::new();
    for (prefix, platform) in [("BUILD", own.as_str()), ("TARGET", platform)] {
        let mut parts = platform.split('/');
        let mut set =
            |suffix: &str, value: &str| globals.insert(format!("{prefix}{suffix}"), value.to_owned());
        set("PLATFORM", platform);
        set("OS", parts.next().unwrap_or_default());
        set("ARCH", parts.next().unwrap_or_default());
        set("VARIANT", parts.next().unwrap_or_default());
    }
    globals.insert("TARGETSTAGE".to_owned(), target.name.clone().unwrap_or_else(|| "default".to_owned()));
    globals
}

/// Global arguments with their values: the platform's, then those of the file in order.
fn globals(
    file: &Dockerfile,
    call: &Call<'_>,
    target: &Stage,
    escape: char,
) -> Result<BTreeMap<String, String>, Wrong> {
    let mut globals = predefined(call.platform, target);
    for (name, value) in globals.iter_mut() {
        if let Some(given) = call.args.get(name) {
            value.clone_from(given);
        }
    }
    let lexer = Lexer::new(escape);
    for instruction in &file.global_args {
        let Kind::Arg(args) = &instruction.kind else { continue };
        for (name, default) in args {
            let expanded = default.as_deref().map(|word| lexer.word(word, &Globals(&globals)));
            let expanded = expanded
                .transpose()
                .map_err(|why| Wrong { lines: instruction.lines, error: Error::usage(why) })?;
            let value = call.args.get(name).cloned().or(expanded.map(|expanded| expanded.text));
            globals.extend(value.map(|value| (name.clone(), value)));
        }
    }
    Ok(globals)
}

struct Globals<'a>(&'a BTreeMap<String, String>);

impl Variables for Globals<'_> {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

enum Planned {
    Untouched,
    /// Needed by one that is needed by it: a circle.
    Begun,
    Done(Box<StagePlan>),
}

struct Planner<'a> {
    file: &'a Dockerfile,
    call: &'a Call<'a>,
    bases: &'a mut dyn Bases,
    globals: BTreeMap<String, String>,
    escape: char,
    planned: Vec<Planned>,
}

impl Planner<'_> {
    /// Plans the stage `number` and all that it needs.
    fn stage(&mut self, number: usize) -> Result<(), Wrong> {
        let stage = &self.file.stages[number];
        let wrong = |error: Error| Wrong { lines: stage.lines, error };
        match self.planned[number] {
            Planned::Done(_) => return Ok(()),
            Planned::Begun => {
                let name = stage.name.clone().unwrap_or_else(|| number.to_string());
                return Err(wrong(Error::usage(format!("circular dependency detected on stage: {name}"))));
            }
            Planned::Untouched => self.planned[number] = Planned::Begun,
        }
        let (base, shown, config) = self.base(number)?;
        let scope = match base {
            Base::Stage(before) => self.scope(before),
            Base::Image(_) | Base::Scratch => None,
        };
        let triggers = self.triggers(&config).map_err(wrong)?;
        let given =
            Given { base: config, scope, args: self.call.args, globals: &self.globals, escape: self.escape };
        let mut origins = Origins { file: self.file, bases: &mut *self.bases, platform: self.call.platform };
        let Evaluated { steps, config, scope } = evaluate(stage, &triggers, &given, &mut origins)?;
        for step in &steps {
            for needed in step.work.iter().flat_map(stages_of) {
                self.stage(needed).map_err(|found| match found.error.kind {
                    ErrorKind::Usage if matches!(self.planned[needed], Planned::Begun) => {
                        Wrong { lines: step.lines, error: found.error }
                    }
                    _ => found,
                })?;
                if needed > number {
                    return Err(Wrong { lines: step.lines, error: self.too_early(needed, number) });
                }
            }
        }
        self.planned[number] = Planned::Done(Box::new(StagePlan {
            name: stage.name.clone().unwrap_or_else(|| format!("stage-{number}")),
            is_named: stage.name.is_some(),
            lines: stage.lines,
            base_shown: shown,
            base,
            steps,
            config,
            scope,
        }));
        Ok(())
    }

    /// Files come from stages before.
    fn too_early(&self, needed: usize, number: usize) -> Error {
        let name = |number: usize| match &self.file.stages[number].name {
            Some(name) => name.clone(),
            None => format!("stage-{number}"),
        };
        Error::usage(format!(
            "cannot copy from stage {:?}, it needs to be defined before current stage {:?}",
            name(needed),
            name(number)
        ))
    }

    /// The variables that the stage `number` ends with.
    fn scope(&self, number: usize) -> Option<Scope> {
        match &self.planned[number] {
            Planned::Done(plan) => Some(plan.scope.clone()),
            Planned::Untouched | Planned::Begun => None,
        }
    }

    /// What the stage `number` begins with, how that is shown, and its configuration.
    fn base(&mut self, number: usize) -> Result<(Base, String, ImageConfig), Wrong> {
        let stage = &self.file.stages[number];
        let wrong = |error: Error| Wrong { lines: stage.lines, error };
        let expand = |word: &str| {
            let expanded = Lexer::new(self.escape).word(word, &Globals(&self.globals));
            expanded.map(|expanded| expanded.text).map_err(|why| wrong(Error::usage(why)))
        };
        let name = expand(&stage.base)?;
        if name.is_empty() {
            return Err(wrong(Error::usage(format!("base name ({}) should not be blank", stage.base))));
        }
        let platform = stage.platform.as_deref().map(expand).transpose()?;
        let platform = platform.filter(|platform| !platform.is_empty());
        let platform = platform.unwrap_or_else(|| self.call.platform.to_owned());
        let lower = name.to_ascii_lowercase();
        let before =
            self.file.stages[..number].iter().rposition(|stage| stage.name.as_deref() == Some(&lower));
        if let Some(before) = before {
            self.stage(before)?;
            let Planned::Done(plan) = &self.planned[before] else {
                return Err(wrong(Error::usage(format!("circular dependency detected on stage: {name}"))));
            };
            return Ok((Base::Stage(before), name, plan.config.clone()));
        }
        if name == "scratch" && !self.bases.is_replaced("scratch") {
            let mut parts = platform.split('/');
            let config = ImageConfig {
                os: parts.next().unwrap_or("linux").to_owned(),
                architecture: parts.next().unwrap_or_default().to_owned(),
                variant: parts.next().map(str::to_owned),
                config: RunConfig { working_dir: "/".to_owned(), ..RunConfig::default() },
                ..ImageConfig::default()
            };
            return Ok((Base::Scratch, name, config));
        }
        let image = self.bases.image(&name, &platform).map_err(wrong)?;
        let base = &self.bases.get(image);
        Ok((Base::Image(image), base.shown.clone(), base.config.clone()))
    }

    /// `ONBUILD` of the base.
    fn triggers(&self, base: &ImageConfig) -> Result<Vec<Instruction>, Error> {
        let texts = base.config.on_build.as_deref().unwrap_or_default();
        let read = |text: &String| {
            dockerfile::instruction(text, self.escape)
                .map_err(|error| Error::usage(format!("ONBUILD of the base image: {text:?}")).because(error))
        };
        texts.iter().map(read).collect()
    }
}

/// The stages that a step takes files from.
fn stages_of(work: &Work) -> Vec<usize> {
    origins_of(work)
        .into_iter()
        .filter_map(|origin| match origin {
            Origin::Stage(number) => Some(number),
            _ => None,
        })
        .collect()
}

/// Where a step takes files from.
pub fn origins_of(work: &Work) -> Vec<Origin> {
    use super::stage::MountOrigin;
    match work {
        Work::Directory { .. } => Vec::new(),
        Work::Copy(copy) => vec![copy.origin.clone()],
        Work::Run(run) => run
            .mounts
            .iter()
            .filter_map(|mount| match &mount.origin {
                MountOrigin::Bind { from, .. } | MountOrigin::Cache { from: Some(from), .. } => {
                    Some(from.clone())
                }
                _ => None,
            })
            .collect(),
    }
}

/// Where names of `--from` lead.
struct Origins<'a> {
    file: &'a Dockerfile,
    bases: &'a mut dyn Bases,
    platform: &'a str,
}

impl Names for Origins<'_> {
    fn origin(&mut self, name: &str) -> Result<Origin, Error> {
        if let Some(number) = by_name(self.file, name) {
            return Ok(Origin::Stage(number));
        }
        if let Some(folder) = self.bases.folder(name)? {
            return Ok(Origin::Folder(folder));
        }
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::usage(format!("invalid stage index {name}: there is no such stage")));
        }
        self.bases.image(name, self.platform).map(Origin::Image)
    }
}
