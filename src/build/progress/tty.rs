//! The live display of a terminal, as buildx has it: a header, a line per step and part, the last lines of what
//! works, drawn over itself.

use super::event::{Event, Progress, What};
use super::tail::Tail;
use super::trace::{Outcome, Step, Trace};
use super::{DRIVER, INSTANCE, units, warnings};
use jiff::Timestamp;
pub(super) use look::Look;
use row::{Kind, Row, fit};
use screen::Screen;
use std::fmt::Write as _;
use std::io::{self, Write};

mod look;
mod row;
mod screen;

/// Seconds between two drawings.
const REDRAW: f64 = 0.1;
/// Columns right of the log of a step.
const PAD: usize = 10;
/// Lines of a failed step that are shown again: as good as all.
const TAIL: usize = 4096;

/// Columns and rows of the terminal.
pub(super) type Window = fn() -> (usize, usize);

/// The size of the caller's terminal; what BuildKit takes where there is none.
pub(super) fn window() -> (usize, usize) {
    crate::terminal::window_size()
        .map_or((80, 10), |(columns, rows)| (usize::from(columns), usize::from(rows)))
}

/// The display.
pub(super) struct Tty {
    out: Box<dyn Write>,
    look: Look,
    window: Window,
    trace: Trace,
    logs: Vec<Log>,
    /// Lines of the last drawing below its header; `None`: nothing is drawn.
    lines: Option<usize>,
    began: Option<Timestamp>,
    drawn: Option<Timestamp>,
}

/// What a step printed.
#[derive(Debug)]
struct Log {
    screen: Screen,
    tail: Tail,
    bytes: u64,
    /// How often it was shown.
    turns: u64,
}

impl Tty {
    pub(super) fn new(out: Box<dyn Write>, look: Look, window: Window) -> Self {
        let trace = Trace::default();
        Self { out, look, window, trace, logs: Vec::new(), lines: None, began: None, drawn: None }
    }

    fn take(&mut self, event: &Event) {
        let Some(id) = self.trace.hear(event.at, &event.what) else { return };
        while self.logs.len() < self.trace.steps.len() {
            self.logs.push(Log::new(self.look.log_lines));
        }
        if let What::Log { bytes, .. } = &event.what {
            let log = &mut self.logs[id];
            log.screen.write(bytes);
            log.tail.push(bytes, &units::stamp(self.trace.steps[id].age(event.at)));
            log.bytes += bytes.len() as u64;
        }
        if matches!(event.what, What::Started { .. } | What::Cached { .. }) {
            self.began.get_or_insert(event.at);
        }
    }

    /// Draws everything anew; `last`: as it stays.
    fn draw(&mut self, now: Timestamp, last: bool) -> io::Result<()> {
        self.drawn = Some(now);
        let (width, height) = (self.window)();
        let mut frame = String::new();
        if let Some(lines) = self.lines {
            frame.push_str(&"\x1b[1A".repeat(lines + 1));
        }
        frame.push_str("\x1b[0G\x1b[?25l");
        frame.push_str(&self.header(now, width, last));
        let mut lines = 0;
        for (row, terminal) in self.rows(now, height, last) {
            let Some(text) = row.text(width) else { continue };
            frame.push_str(&self.look.paint(row.kind, &text));
            lines += 1;
            let Some(id) = terminal else { continue };
            for line in self.logs[id].screen.lines() {
                let line = format!(" => => # {}", fit(line, width.saturating_sub(PAD)));
                frame.push_str(&self.look.paint(Kind::Log, &line));
                lines += 1;
            }
            self.logs[id].turns += 1;
        }
        let rest = self.lines.unwrap_or_default().saturating_sub(lines);
        if rest > 0 {
            for _ in 0..rest {
                frame.push_str(&" ".repeat(width));
                frame.push('\n');
            }
            let _ = write!(frame, "\x1b[{rest}A\x1b[0G");
        }
        frame.push_str("\x1b[?25h");
        self.lines = Some(lines);
        self.out.write_all(frame.as_bytes())?;
        self.out.flush()
    }

    /// `[+] Building 1.2s (7/7) FINISHED      rcon:default`.
    fn header(&self, now: Timestamp, width: usize, last: bool) -> String {
        let (ended, all) = (self.trace.ended(), self.trace.steps.len());
        let took = self.began.map_or(0.0, |began| units::seconds(began, now));
        let finished = if last && ended > 0 && ended == all { "FINISHED" } else { "" };
        let left = format!("[+] Building {took:.1}s ({ended}/{all}) {finished}");
        let right = format!("{DRIVER}:{INSTANCE}");
        let room = width.saturating_sub(right.len() + 2);
        format!("{}\n", fit(&format!("{left:room$} {right}"), width.saturating_sub(1)))
    }

    /// What is shown, and below which row the log of which step.
    fn rows(&self, now: Timestamp, height: usize, last: bool) -> Vec<(Row, Option<usize>)> {
        let mut rows: Vec<(Row, Option<usize>)> = Vec::new();
        for (id, step) in self.by_start() {
            rows.push((of_step(step, now), Some(id).filter(|_| step.is_open())));
            rows.extend(parts_of(step, now).map(|row| (row, None)));
        }
        let shown = match last {
            true => Vec::new(),
            false => self.logs_shown(&rows, height),
        };
        for (_, terminal) in &mut rows {
            *terminal = terminal.filter(|id| shown.contains(id));
        }
        if last {
            return rows;
        }
        let logs: usize = shown.iter().map(|id| self.logs[*id].screen.lines().count()).sum();
        row::within(rows, height.saturating_sub(2 + logs), |(row, _)| row.open)
    }

    /// The steps that work or did, as they began.
    fn by_start(&self) -> Vec<(usize, &Step)> {
        let mut steps: Vec<_> =
            self.trace.steps.iter().enumerate().filter(|(_, step)| step.started.is_some()).collect();
        steps.sort_by_key(|(id, step)| (step.started, *id));
        steps
    }

    /// Whose logs are shown: those that say most, as many as there is room for.
    fn logs_shown(&self, rows: &[(Row, Option<usize>)], height: usize) -> Vec<usize> {
        let open = rows.iter().filter(|(row, _)| row.open).count();
        let mut ids: Vec<usize> =
            rows.iter().filter_map(|(_, id)| *id).filter(|id| self.logs[*id].bytes > 0).collect();
        ids.sort_by_key(|id| std::cmp::Reverse(self.logs[*id].bytes + self.logs[*id].turns * 50));
        let room = height.saturating_sub(2 + open);
        let each = self.look.log_lines + 3;
        ids.truncate(room.saturating_sub(1) / each);
        ids
    }

    fn end(&mut self, failed: bool) -> io::Result<()> {
        for (step, log) in self.trace.steps.iter().zip(&self.logs) {
            log.tail.show(step, &mut self.out)?;
        }
        if !failed {
            warnings::show(&self.trace.warnings(), self.look.colors(), &mut self.out)?;
        }
        self.out.flush()
    }
}

impl Log {
    fn new(lines: usize) -> Self {
        Self { screen: Screen::new(lines), tail: Tail::new(TAIL), bytes: 0, turns: 0 }
    }
}

fn of_step(step: &Step, now: Timestamp) -> Row {
    let (kind, word) = match &step.end {
        None => (Kind::Open, ""),
        Some((_, Outcome::Done)) => (Kind::Done, ""),
        Some((_, Outcome::Cached)) => (Kind::Done, "CACHED "),
        Some((_, Outcome::Failed(_))) => (Kind::Failed, "ERROR "),
        Some((_, Outcome::Canceled)) => (Kind::Canceled, "CANCELED "),
    };
    let name = format!("{word}{}", step.name);
    Row { name, amount: None, seconds: step.took(now), kind, open: step.end.is_none() }
}

/// The parts of a step, and what the linter said of it.
fn parts_of(step: &Step, now: Timestamp) -> impl Iterator<Item = Row> {
    let parts = step.parts.iter().map(move |(name, state)| Row {
        name: format!("=> {name}"),
        amount: units::amount(state.current, state.total),
        seconds: units::seconds(state.started, state.completed.unwrap_or(now)),
        kind: if state.completed.is_some() { Kind::Done } else { Kind::Open },
        open: state.completed.is_none() && step.end.is_none(),
    });
    let took = step.took(now);
    parts.chain(step.warnings.iter().map(move |warning| Row {
        name: format!("WARN: {}", warning.short),
        amount: None,
        seconds: took,
        kind: Kind::Open,
        open: false,
    }))
}

// Who cannot be told of the build has nobody to be told that either: errors of the display are dropped.
impl Progress for Tty {
    fn hear(&mut self, event: &Event) {
        self.take(event);
        if self.drawn.is_none_or(|drawn| units::seconds(drawn, event.at) >= REDRAW) {
            let _ = self.draw(event.at, false);
        }
    }

    fn tick(&mut self) {
        let now = Timestamp::now();
        if self.drawn.is_none_or(|drawn| units::seconds(drawn, now) >= REDRAW) {
            let _ = self.draw(now, false);
        }
    }

    fn finish(&mut self, failed: bool) {
        // A build that failed before it began has nothing to show.
        if !self.trace.steps.is_empty() {
            let _ = self.draw(Timestamp::now(), true);
        }
        let _ = self.end(failed);
    }
}

#[cfg(test)]
mod tests;
