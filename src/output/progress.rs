//! What is being fetched or sent, layer by layer: a line per step for logs, bars that move on a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::HashMap;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Redraws per second.
const RATE: u8 = 10;

/// Where progress is shown. Can be told from several threads.
pub struct Progress(Form);

enum Form {
    Quiet,
    Lines(Mutex<Box<dyn Write + Send>>),
    Bars { all: MultiProgress, by_name: Mutex<HashMap<String, ProgressBar>> },
}

impl Progress {
    /// Shows nothing.
    pub fn quiet() -> Self {
        Self(Form::Quiet)
    }

    /// On standard output: lines, or bars when that is a terminal.
    pub fn on_output() -> Self {
        match io::stdout().is_terminal() {
            true => Self::bars(ProgressDrawTarget::stdout_with_hz(RATE)),
            false => Self::lines(Box::new(io::stdout())),
        }
    }

    /// On standard error, likewise.
    pub fn on_error() -> Self {
        match io::stderr().is_terminal() {
            true => Self::bars(ProgressDrawTarget::stderr_with_hz(RATE)),
            false => Self::lines(Box::new(io::stderr())),
        }
    }

    /// Lines to wherever.
    pub fn lines(to: Box<dyn Write + Send>) -> Self {
        Self(Form::Lines(Mutex::new(to)))
    }

    fn bars(target: ProgressDrawTarget) -> Self {
        Self(Form::Bars { all: MultiProgress::with_draw_target(target), by_name: Mutex::default() })
    }

    /// A line about the whole. A reader that went away ends nothing.
    pub fn line(&self, text: impl fmt::Display) {
        match &self.0 {
            Form::Quiet => {}
            Form::Lines(to) => {
                let _ = writeln!(locked(to), "{text}");
            }
            Form::Bars { all, .. } => {
                let _ = all.println(text.to_string());
            }
        }
    }

    /// Something, a layer by the beginning of its digest, has come to a new step.
    pub fn step(&self, name: &str, words: &str) {
        match &self.0 {
            Form::Quiet => {}
            Form::Lines(to) => {
                let _ = writeln!(locked(to), "{name}: {words}");
            }
            Form::Bars { all, by_name } => {
                let bar = bar(all, by_name, name);
                bar.set_style(words_alone());
                bar.set_message(words.to_owned());
            }
        }
    }

    /// It is at byte `at` of `total`.
    pub fn advance(&self, name: &str, words: &str, at: u64, total: u64) {
        let Form::Bars { all, by_name } = &self.0 else { return };
        let bar = bar(all, by_name, name);
        if bar.length() != Some(total) {
            bar.set_length(total);
            bar.set_style(with_bytes());
            bar.set_message(words.to_owned());
        }
        bar.set_position(at);
    }

    /// Leaves what is shown, for other output to follow.
    pub fn finish(&self) {
        match &self.0 {
            Form::Quiet => {}
            Form::Lines(to) => {
                let _ = locked(to).flush();
            }
            Form::Bars { by_name, .. } => locked(by_name).drain().for_each(|(_, bar)| bar.abandon()),
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bar(all: &MultiProgress, by_name: &Mutex<HashMap<String, ProgressBar>>, name: &str) -> ProgressBar {
    let mut by_name = locked(by_name);
    let make = || all.add(ProgressBar::new(0).with_style(words_alone()).with_prefix(name.to_owned()));
    by_name.entry(name.to_owned()).or_insert_with(make).clone()
}

fn words_alone() -> ProgressStyle {
    style("{prefix}: {msg}")
}

fn with_bytes() -> ProgressStyle {
    style("{prefix}: {msg} [{bar:40}] {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec}")
        .progress_chars("=> ")
}

/// The templates are right by test; without one the bars are the library's.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            locked(&self.0).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_one_for_each_step() {
        let said = Shared::default();
        let progress = Progress::lines(Box::new(said.clone()));
        progress.line("latest: Pulling from x");
        progress.step("abc", "Pulling fs layer");
        progress.advance("abc", "Downloading", 1, 2);
        progress.step("abc", "Pull complete");
        progress.finish();
        let said = String::from_utf8(said.0.lock().unwrap().clone()).unwrap();
        assert_eq!(said, "latest: Pulling from x\nabc: Pulling fs layer\nabc: Pull complete\n");
    }

    #[test]
    fn the_templates_of_the_bars_are_right() {
        for template in ["{prefix}: {msg}", "{prefix} [{bar:40}] {decimal_bytes}/{decimal_total_bytes}"] {
            ProgressStyle::with_template(template).unwrap();
        }
        let progress = Progress::bars(ProgressDrawTarget::hidden());
        progress.step("abc", "Pulling fs layer");
        progress.advance("abc", "Downloading", 1, 2);
        progress.finish();
    }
}
