//! What is known of each step, from the events so far.

use super::event::{PartState, VertexId, What};
use super::units;
use jiff::Timestamp;

/// Parts of one step that are kept: further ones are not shown.
const MOST_PARTS: usize = 4096;

/// All steps, in the order they were announced.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) started: Option<Timestamp>,
    pub(super) end: Option<(Timestamp, Outcome)>,
    /// In the order they began.
    pub(super) parts: Vec<(String, PartState)>,
    pub(super) warnings: Vec<Warning>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Cached,
    Done,
    Failed(String),
    Canceled,
}

/// What the linter said.
#[derive(Debug, Clone)]
pub(super) struct Warning {
    pub(super) short: String,
}

impl Trace {
    /// Takes in what happened at `at`; gives the step it happened to. What is said of a step nobody announced,
    /// or that has ended, is not heard.
    pub(super) fn hear(&mut self, at: Timestamp, what: &What) -> Option<VertexId> {
        let id = vertex(what);
        if let What::Announced { name, .. } = what
            && id == self.steps.len()
        {
            self.steps.push(Step { name: one_line(name), ..Step::default() });
            return Some(id);
        }
        let step = self.steps.get_mut(id)?;
        match what {
            What::Announced { name, .. } => step.name = one_line(name),
            What::Started { .. } if step.end.is_none() => step.started = Some(at),
            What::Status { part, state, .. } => step.hear_part(part, *state),
            What::Cached { .. } => step.finish(at, Outcome::Cached),
            What::Done { .. } => step.finish(at, Outcome::Done),
            What::Failed { error, .. } => step.finish(at, Outcome::Failed(error.clone())),
            What::Canceled { .. } => step.finish(at, Outcome::Canceled),
            What::Warning { short, .. } => step.warnings.push(Warning { short: one_line(short) }),
            What::Started { .. } | What::Log { .. } => {}
        }
        Some(id)
    }

    /// How many have ended.
    pub(super) fn ended(&self) -> usize {
        self.steps.iter().filter(|step| step.end.is_some()).count()
    }

    /// All warnings, in the order of the steps.
    pub(super) fn warnings(&self) -> Vec<&Warning> {
        self.steps.iter().flat_map(|step| &step.warnings).collect()
    }
}

impl Step {
    /// Begun and not ended.
    pub(super) fn is_open(&self) -> bool {
        self.started.is_some() && self.end.is_none()
    }

    /// Seconds from its start to `at`.
    pub(super) fn age(&self, at: Timestamp) -> f64 {
        self.started.map_or(0.0, |started| units::seconds(started, at))
    }

    /// Seconds it took, or has taken until `now`.
    pub(super) fn took(&self, now: Timestamp) -> f64 {
        self.age(self.end.as_ref().map_or(now, |(at, _)| *at))
    }

    /// Where among the parts one of this name is.
    pub(super) fn part(&self, name: &str) -> Option<usize> {
        let name = one_line(name);
        self.parts.iter().position(|(known, _)| *known == name)
    }

    fn hear_part(&mut self, name: &str, state: PartState) {
        match self.part(name) {
            Some(at) => self.parts[at].1 = state,
            None if self.parts.len() < MOST_PARTS => self.parts.push((one_line(name), state)),
            None => {}
        }
    }

    /// The first end counts, but that a step is through says less than that it was in the cache.
    fn finish(&mut self, at: Timestamp, outcome: Outcome) {
        if self.end.is_none() {
            self.started.get_or_insert(at);
            self.end = Some((at, outcome));
        }
    }
}

/// Which step it is about.
pub(super) fn vertex(what: &What) -> VertexId {
    match what {
        What::Announced { id, .. }
        | What::Started { id }
        | What::Status { id, .. }
        | What::Log { id, .. }
        | What::Cached { id }
        | What::Done { id }
        | What::Failed { id, .. }
        | What::Canceled { id }
        | What::Warning { id, .. } => *id,
    }
}

/// A name stays on its line, and cannot speak to the terminal.
fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
