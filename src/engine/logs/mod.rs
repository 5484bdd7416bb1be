//! `logs`: what a container has said, and goes on saying.

mod file;
mod wait;

use super::host::Engine;
use super::state::State;
use crate::error::{Context, Error, Result};
use crate::ids::ContainerId;
use crate::output::{Ui, time};
use crate::runtime::launcher::LOG;
use file::Lines;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use wait::Watch;

/// What of a log is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only so many of the last lines; counted before the times are looked at, as docker does.
    pub tail: Option<u64>,
    /// Not what is older.
    pub since: Option<Timestamp>,
    /// Not what is younger.
    pub until: Option<Timestamp>,
    /// The time before each line.
    pub timestamps: bool,
    /// The details before each line: none are kept, so only docker's blank.
    pub details: bool,
    /// Go on until the container has ended.
    pub follow: bool,
}

/// A line of the log, as [`crate::runtime::log`] writes it.
#[derive(Debug, Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
}

/// Writes what container `id` said: its output to `ui`, its errors to `errors`.
///
/// # Errors
/// Of reading and writing; a reader that went away ends it quietly.
pub fn show(
    engine: &Engine,
    id: &ContainerId,
    wanted: &Wanted,
    ui: &mut Ui,
    errors: Box<dyn Write + '_>,
) -> Result<()> {
    // Before the log is opened: what is written until then is in the file.
    let mut watch = Watch::begin(engine, id)?;
    let path = engine.containers.folder(id).join(LOG);
    let file = match File::open(&path) {
        Ok(file) => file,
        // It was never started.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).what(|| "opening the container's log"),
    };
    watch.look_at(&path, wanted.follow);
    let mut lines = Lines::new(file, wanted.tail).what(|| "reading the container's log")?;
    let mut speaker = Speaker { ui, errors: BufWriter::new(errors), line: Vec::new() };
    loop {
        let over = watch.is_over(engine, id, wanted.follow)? || is_past(wanted.until);
        let said = say(&mut lines, wanted, &mut speaker);
        speaker.flush()?;
        if said? == Said::UntilThen || over {
            return Ok(());
        }
        watch.sleep();
    }
}

/// Nothing that is still to come is asked for.
fn is_past(until: Option<Timestamp>) -> bool {
    until.is_some_and(|until| until < Timestamp::now())
}

#[derive(Debug, PartialEq, Eq)]
enum Said {
    /// All there is.
    All,
    /// All up to the time that was asked for.
    UntilThen,
}

fn say(lines: &mut Lines, wanted: &Wanted, speaker: &mut Speaker<'_>) -> Result<Said> {
    let by_time = wanted.timestamps || wanted.since.is_some() || wanted.until.is_some();
    while let Some(line) = lines.next().what(|| "reading the container's log")? {
        // A line that is none was torn by a power cut, and its neighbours are whole.
        let Ok(entry) = serde_json::from_slice::<Entry<'_>>(line) else { continue };
        let written = match by_time.then(|| entry.time.parse::<Timestamp>()) {
            Some(Err(_)) => continue,
            Some(Ok(written)) => Some(written),
            None => None,
        };
        let is_before =
            |moment: Option<Timestamp>| written.zip(moment).is_some_and(|(at, moment)| at < moment);
        let is_after =
            |moment: Option<Timestamp>| written.zip(moment).is_some_and(|(at, moment)| at > moment);
        if is_before(wanted.since) {
            continue;
        }
        if is_after(wanted.until) {
            return Ok(Said::UntilThen);
        }
        speaker.say(&entry, written.filter(|_| wanted.timestamps), wanted.details)?;
    }
    Ok(Said::All)
}

/// The two streams, kept in the order in which the container spoke.
struct Speaker<'a> {
    ui: &'a mut Ui,
    errors: BufWriter<Box<dyn Write + 'a>>,
    line: Vec<u8>,
}

impl Speaker<'_> {
    fn say(&mut self, entry: &Entry<'_>, written: Option<Timestamp>, details: bool) -> Result<()> {
        self.line.clear();
        if let Some(written) = written {
            self.line.extend(time::rfc3339_fixed(written, &TimeZone::UTC).bytes());
            self.line.push(b' ');
        }
        if details {
            self.line.push(b' ');
        }
        self.line.extend(entry.log.bytes());
        if entry.stream == "stderr" {
            self.ui.flush()?;
            told(self.errors.write_all(&self.line))
        } else {
            if !self.errors.buffer().is_empty() {
                told(self.errors.flush())?;
            }
            self.ui.bytes(&self.line)
        }
    }

    fn flush(&mut self) -> Result<()> {
        let flushed = told(self.errors.flush());
        self.ui.flush().and(flushed)
    }
}

fn told(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Error::silent(0)),
        other => other.what(|| "writing to standard error"),
    }
}

/// Whether what is on file says that the container runs.
fn runs(state: &State) -> bool {
    matches!(state, State::Running { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    const LINES: &str = concat!(
        r#"{"log":"one\n","stream":"stdout","time":"2026-01-02T03:04:05.06Z"}"#,
        "\n",
        r#"{"log":"oops \"é\"\n","stream":"stderr","time":"2026-01-02T03:04:06Z"}"#,
        "\n",
        "{\"log\":\"torn\n",
        "\0\0\0\n",
        r#"{"log":"no end","stream":"stdout","time":"2026-01-02T03:04:07.000000001Z"}"#,
        "\n",
        r#"{"log":"unfinished"#,
    );

    fn shown(wanted: &Wanted) -> (String, String, String) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(LINES.as_bytes()).unwrap();
        let (output, errors, both) = (Shared::default(), Shared::default(), Shared::default());
        for streams in [[&output, &errors], [&both, &both]] {
            let mut ui = Ui::over(Box::new(streams[0].clone()), Box::new(io::sink()));
            let mut lines = Lines::new(file.try_clone().unwrap(), wanted.tail).unwrap();
            let errors: Box<dyn Write> = Box::new(streams[1].clone());
            let mut speaker = Speaker { ui: &mut ui, errors: BufWriter::new(errors), line: Vec::new() };
            say(&mut lines, wanted, &mut speaker).unwrap();
            speaker.flush().unwrap();
        }
        (output.text(), errors.text(), both.text())
    }

    #[test]
    fn streams_are_kept_apart_and_in_order() {
        let (output, errors, both) = shown(&Wanted::default());
        assert_eq!(output, "one\nno end");
        assert_eq!(errors, "oops \"é\"\n");
        assert_eq!(both, "one\noops \"é\"\nno end");
    }

    #[test]
    fn times_have_nine_digits() {
        let (output, ..) = shown(&Wanted { timestamps: true, ..Wanted::default() });
        assert_eq!(output, "2026-01-02T03:04:05.060000000Z one\n2026-01-02T03:04:07.000000001Z no end");
        let (.., both) = shown(&Wanted { details: true, tail: Some(1), ..Wanted::default() });
        assert_eq!(both, " no end");
    }

    #[test]
    fn since_and_until_are_the_first_and_the_last_moment() {
        let at = |text: &str| Some(text.parse().unwrap());
        let (.., both) = shown(&Wanted {
            since: at("2026-01-02T03:04:06Z"),
            until: at("2026-01-02T03:04:07Z"),
            ..Wanted::default()
        });
        assert_eq!(both, "oops \"é\"\n");
    }

    #[test]
    fn a_container_that_never_ran_has_said_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let paths = crate::paths::Paths {
            data: folder.path().join("data"),
            runtime: folder.path().join("run"),
            config: folder.path().join("config.json"),
        };
        let engine = Engine::open(paths).unwrap();
        let id = ContainerId::random().unwrap();
        let said = Shared::default();
        let mut ui = Ui::over(Box::new(said.clone()), Box::new(io::sink()));
        let wanted = Wanted { follow: true, ..Wanted::default() };
        show(&engine, &id, &wanted, &mut ui, Box::new(io::sink())).unwrap();
        std::fs::create_dir_all(engine.containers.folder(&id)).unwrap();
        crate::durable::replace(&engine.containers.folder(&id).join(LOG), LINES.as_bytes()).unwrap();
        show(&engine, &id, &wanted, &mut ui, Box::new(io::sink())).unwrap();
        ui.finish().unwrap();
        assert_eq!(said.text(), "one\nno end");
    }
}
