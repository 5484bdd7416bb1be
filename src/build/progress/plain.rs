//! Line by line, as `--progress=plain` of BuildKit: each step is a block with a number, given in the order in
//! which steps are first shown. One step is shown at a time; a step that ended is shown at once, one that works
//! has its turn by how much it says.

use super::event::{Event, Progress, What};
use super::tail::Tail;
use super::trace::{Outcome, Trace};
use super::{DRIVER, INSTANCE, units, warnings};
use jiff::Timestamp;
use lines::Lines;
use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};

mod lines;

/// Seconds that events are gathered before they are shown.
const GATHER: f64 = 0.1;
/// Seconds that a step keeps the display at least, when others speak as much.
const ANTI_FLICKER: f64 = 5.0;
/// Seconds that a step with something to say waits at most.
const LONGEST_WAIT: f64 = 10.0;
/// A part that goes on is told of again after so many seconds,
const PART_SECONDS: f64 = 5.0;
/// or when so much of the whole was added.
const PART_SHARE: f64 = 0.05;
/// Bytes of a log that wait; a step with more is shown at once.
const MOST_WAITING: usize = 1 << 20;
/// Lines of a failed step that are shown again.
const TAIL: usize = 10;

/// The display.
pub(super) struct Plain {
    out: Box<dyn Write>,
    colors: bool,
    trace: Trace,
    shown: Vec<Shown>,
    /// Steps with something to show.
    changed: BTreeSet<usize>,
    /// Whose block is being written.
    current: Option<usize>,
    /// The last number given.
    numbers: usize,
    /// What was last told of a part, by its name alone: as BuildKit has it, `transferring context:` of the
    /// context is not told from its beginning, since that of `.dockerignore` was told just before.
    told: HashMap<String, (u64, Timestamp)>,
    drawn: Option<Timestamp>,
}

/// What was shown of a step.
#[derive(Debug)]
struct Shown {
    number: Option<usize>,
    lines: Lines,
    tail: Tail,
    /// Parts to be told of.
    parts: BTreeSet<usize>,
    /// Warnings told.
    warnings: usize,
    /// Things that happened since its block was begun or left, and since when.
    count: u32,
    since: Timestamp,
    /// Its end was told.
    closed: bool,
}

impl Plain {
    pub(super) fn new(out: Box<dyn Write>, colors: bool) -> Self {
        Self {
            out,
            colors,
            trace: Trace::default(),
            shown: Vec::new(),
            changed: BTreeSet::new(),
            current: None,
            numbers: 0,
            told: HashMap::new(),
            drawn: None,
        }
    }

    /// Takes in an event; gives whether it must be shown at once.
    fn take(&mut self, event: &Event) -> bool {
        let Some(id) = self.trace.hear(event.at, &event.what) else { return false };
        while self.shown.len() < self.trace.steps.len() {
            self.shown.push(Shown::new(event.at));
        }
        let (step, shown) = (&self.trace.steps[id], &mut self.shown[id]);
        // The linter may speak when the file was read long ago.
        let is_late = shown.closed && !matches!(event.what, What::Warning { .. });
        if is_late || matches!(event.what, What::Announced { .. }) {
            return false;
        }
        match &event.what {
            What::Status { part, .. } => {
                shown.parts.extend(step.part(part));
            }
            What::Log { bytes, .. } => {
                let stamp = units::stamp(step.age(event.at));
                shown.lines.push(bytes, &stamp);
                shown.tail.push(bytes, &stamp);
            }
            _ => {}
        }
        shown.happened(event.at);
        self.changed.insert(id);
        shown.lines.waiting() > MOST_WAITING
    }

    /// Shows what changed until `now`.
    fn refresh(&mut self, now: Timestamp) -> io::Result<()> {
        self.drawn = Some(now);
        let before = self.current;
        let ended = self.changed_and_ended();
        if let Some(current) = before.filter(|current| ended.contains(current)) {
            self.show(current, now)?;
        }
        for id in ended.iter().filter(|id| Some(**id) != before) {
            self.show(*id, now)?;
        }
        let mut open: BTreeSet<usize> = self.open_and_changed();
        if open.is_empty() {
            return self.stay_somewhere(before, now);
        }
        if let Some(current) = before.filter(|current| open.contains(current)) {
            self.show(current, now)?;
        }
        let kept = before.filter(|current| self.trace.steps[*current].is_open());
        open.extend(kept);
        match self.next(kept, &open, now) {
            Some(next) => self.show(next, now),
            None => Ok(()),
        }
    }

    /// In the order they ended.
    fn changed_and_ended(&self) -> Vec<usize> {
        let end = |id: &usize| self.trace.steps[*id].end.as_ref().map(|(at, _)| *at);
        let mut ended: Vec<usize> = self.changed.iter().copied().filter(|id| end(id).is_some()).collect();
        ended.sort_by_key(end);
        ended
    }

    fn open_and_changed(&self) -> BTreeSet<usize> {
        self.changed.iter().copied().filter(|id| self.trace.steps[*id].is_open()).collect()
    }

    /// When nothing is new: the block stays open, or that of any step that works is.
    fn stay_somewhere(&mut self, before: Option<usize>, now: Timestamp) -> io::Result<()> {
        if before.is_some_and(|current| self.trace.steps[current].is_open()) {
            return Ok(());
        }
        match self.trace.steps.iter().position(|step| step.is_open()) {
            Some(open) => self.show(open, now),
            None => Ok(()),
        }
    }

    /// Whose turn it is: the step that says most, when there is no block, or when the current one had its share.
    fn next(&self, kept: Option<usize>, open: &BTreeSet<usize>, now: Timestamp) -> Option<usize> {
        let age = |id: usize| units::seconds(self.shown[id].since, now);
        let speed = |id: usize| f64::from(self.shown[id].count) / age(id).max(0.001);
        let loudest = open.iter().copied().max_by(|a, b| speed(*a).total_cmp(&speed(*b)))?;
        let Some(current) = kept else { return Some(loudest) };
        let full = |id: &usize| self.shown[*id].lines.waiting() > MOST_WAITING;
        let late = |id: &usize| age(*id) > LONGEST_WAIT || full(id);
        if let Some(hidden) = open.iter().copied().filter(|id| *id != current).find(late) {
            return Some(hidden);
        }
        let share = speed(current) / open.iter().map(|id| speed(*id)).sum::<f64>().max(f64::MIN_POSITIVE);
        let had = ANTI_FLICKER / (1.0 - share) < age(current);
        (had && loudest != current).then_some(loudest)
    }

    /// Shows all that is new of a step.
    fn show(&mut self, id: usize, now: Timestamp) -> io::Result<()> {
        self.changed.remove(&id);
        if self.current != Some(id) {
            self.leave(now)?;
            self.enter(id)?;
        }
        self.show_parts(id)?;
        let (step, shown) = (&self.trace.steps[id], &mut self.shown[id]);
        let number = shown.number.unwrap_or_default();
        for warning in step.warnings.iter().skip(shown.warnings) {
            writeln!(self.out, "#{number} WARN: {}", warning.short)?;
        }
        shown.warnings = step.warnings.len();
        if shown.closed {
            self.current = None;
            return self.out.flush();
        }
        shown.lines.show(number, &mut self.out)?;
        let Some((at, outcome)) = &step.end else { return self.out.flush() };
        shown.lines.end(&mut self.out)?;
        match outcome {
            Outcome::Cached => writeln!(self.out, "#{number} CACHED")?,
            Outcome::Done => writeln!(self.out, "#{number} DONE {:.1}s", step.took(*at))?,
            Outcome::Failed(error) => writeln!(self.out, "#{number} ERROR: {error}")?,
            Outcome::Canceled => writeln!(self.out, "#{number} CANCELED")?,
        }
        shown.count = 0;
        shown.closed = true;
        self.current = None;
        self.out.flush()
    }

    /// Interrupts the block being written.
    fn leave(&mut self, now: Timestamp) -> io::Result<()> {
        let Some(old) = self.current.take() else { return Ok(()) };
        let shown = &mut self.shown[old];
        shown.lines.end(&mut self.out)?;
        shown.count = 0;
        shown.since = now;
        writeln!(self.out, "#{} ...", shown.number.unwrap_or_default())
    }

    /// Begins, or takes up, the block of a step.
    fn enter(&mut self, id: usize) -> io::Result<()> {
        if self.numbers == 0 {
            writeln!(self.out, "#0 building with \"{INSTANCE}\" instance using {DRIVER} driver")?;
        }
        let numbers = &mut self.numbers;
        let number = *self.shown[id].number.get_or_insert_with(|| {
            *numbers += 1;
            *numbers
        });
        self.current = Some(id);
        writeln!(self.out, "\n#{number} {}", self.trace.steps[id].name)
    }

    /// Tells of the parts that changed, each not too often.
    fn show_parts(&mut self, id: usize) -> io::Result<()> {
        let number = self.shown[id].number.unwrap_or_default();
        for part in std::mem::take(&mut self.shown[id].parts) {
            let Some((name, state)) = self.trace.steps[id].parts.get(part) else { continue };
            let at = state.completed.or(self.drawn).unwrap_or(state.started);
            if let Some((current, last)) = self.told.get(name)
                && state.completed.is_none()
            {
                let added = state.current.saturating_sub(*current) as f64;
                let share = if state.total > 0 { added / state.total as f64 } else { 0.0 };
                if share < PART_SHARE && units::seconds(*last, at) < PART_SECONDS {
                    continue;
                }
            }
            self.told.insert(name.clone(), (state.current, at));
            let mut line = format!("#{number} {name}");
            if let Some(amount) = units::amount(state.current, state.total) {
                line.push_str(&format!(" {amount}"));
            }
            let took = units::seconds(state.started, at);
            if took > 0.01 {
                line.push_str(&format!(" {took:.1}s"));
            }
            if state.completed.is_some() {
                line.push_str(" done");
            }
            writeln!(self.out, "{line}")?;
        }
        Ok(())
    }

    fn end(&mut self, failed: bool) -> io::Result<()> {
        for (step, shown) in self.trace.steps.iter().zip(&self.shown) {
            shown.tail.show(step, &mut self.out)?;
        }
        if !failed {
            warnings::show(&self.trace.warnings(), self.colors, &mut self.out)?;
        }
        self.out.flush()
    }
}

impl Shown {
    fn new(at: Timestamp) -> Self {
        Self {
            number: None,
            lines: Lines::default(),
            tail: Tail::new(TAIL),
            parts: BTreeSet::new(),
            warnings: 0,
            count: 0,
            since: at,
            closed: false,
        }
    }

    fn happened(&mut self, at: Timestamp) {
        if self.count == 0 {
            self.since = at;
        }
        self.count = self.count.saturating_add(1);
    }
}

// Who cannot be told of the build has nobody to be told that either: errors of the display are dropped.
impl Progress for Plain {
    fn hear(&mut self, event: &Event) {
        let urgent = self.take(event);
        if urgent || self.drawn.is_none_or(|drawn| units::seconds(drawn, event.at) >= GATHER) {
            let _ = self.refresh(event.at);
        }
    }

    fn tick(&mut self) {
        let _ = self.refresh(Timestamp::now());
    }

    fn finish(&mut self, failed: bool) {
        let _ = self.refresh(Timestamp::now());
        let _ = self.end(failed);
    }
}

#[cfg(test)]
mod tests;
