//! The verbs that remove what nobody needs. docker's texts, and docker's order: the warning, the question,
//! what went, how much it was.

pub mod container;
pub mod image;
pub mod system;
pub mod volume;

use super::parse::filter::Filter;
use crate::engine::prune::{Filters, Keys, Pruned};
use crate::error::{Context, Result};
use crate::output::{Ui, size};
use jiff::Timestamp;
use std::io::BufRead;

/// Asks on standard output, and reads the answer from standard input, which may be no terminal; whether it
/// was yes. Nothing but `y` is.
pub(super) fn confirm(ui: &mut Ui, warning: &str) -> Result<bool> {
    ask(ui, &format!("{warning}\nAre you sure you want to continue? [y/N] "))
}

/// Asks `question`, as [`confirm`] does.
pub(super) fn ask(ui: &mut Ui, question: &str) -> Result<bool> {
    ui.print(question)?;
    ui.flush()?;
    let mut answer = Vec::new();
    std::io::stdin().lock().read_until(b'\n', &mut answer).what(|| "reading the answer")?;
    Ok(answer.trim_ascii().eq_ignore_ascii_case(b"y"))
}

pub(super) fn read_filters(typed: &[Filter], keys: Keys) -> Result<Filters> {
    let pairs: Vec<_> = typed.iter().map(|filter| (filter.key.clone(), filter.value.clone())).collect();
    Filters::read(&pairs, keys, Timestamp::now())
}

/// Tells what of one kind went, under its title; the exit code.
pub(super) fn tell(ui: &mut Ui, title: &str, pruned: &Pruned) -> Result<u8> {
    if !pruned.lines.is_empty() {
        ui.line(format_args!("Deleted {title}:"))?;
        pruned.lines.iter().try_for_each(|line| ui.line(line))?;
        ui.line("")?;
    }
    pruned.failed.iter().for_each(|error| ui.talk(format_args!("Error: {error}")));
    Ok(u8::from(!pruned.failed.is_empty()))
}

fn tell_total(ui: &mut Ui, freed: u64) -> Result<()> {
    ui.line(format_args!("Total reclaimed space: {}", size::human_precise(freed)))
}
