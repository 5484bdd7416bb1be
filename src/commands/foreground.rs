//! Starting a container and staying with it: what `run`, `start` and `start -a` share.

use super::parse::keys::KeySequence;
use crate::config::Config;
use crate::durable::Lock;
use crate::engine::attach::{self, End, Manner, Session, Signals};
use crate::engine::host::Engine;
use crate::engine::record::Record;
use crate::engine::start::{self, Attachment, Outcome, Prepared};
use crate::engine::state::State;
use crate::error::{Error, Kind, Result};
use crate::output::Ui;
use crate::runtime::stream::Hello;
use crate::terminal::{DetachKeys, window_size};
use std::io::Write;

/// How the caller stays with the container.
#[derive(Debug, Clone)]
pub(super) struct Stay {
    /// The streams it wants; none of them: it does not stay.
    pub(super) hello: Hello,
    /// Signals that reach the caller go to the container.
    pub(super) signal_proxy: bool,
    /// What detaches.
    pub(super) detach_keys: DetachKeys,
}

/// The keys that detach: those of the command line, or of the configuration, or docker's.
///
/// # Errors
/// When the configuration is damaged, or its keys are none.
pub(super) fn detach_keys(engine: &Engine, typed: Option<&KeySequence>) -> Result<DetachKeys> {
    if let Some(keys) = typed {
        return Ok(keys.detach_keys());
    }
    match Config::read(&engine.paths.config)?.detach_keys {
        Some(keys) => Ok(KeySequence::read(&keys)?.detach_keys()),
        None => Ok(DetachKeys::default()),
    }
}

/// docker refuses to feed a container's terminal from a pipe.
///
/// # Errors
/// docker's words.
pub(super) fn check_terminal(terminal: bool, input: bool) -> Result<()> {
    if terminal && input && !rustix::termios::isatty(rustix::stdio::stdin()) {
        // docker's exit code for it is 1, also for `run`.
        let _ = writeln!(std::io::stderr(), "the input device is not a TTY");
        return Err(Error::silent(1));
    }
    Ok(())
}

/// Starts `record`; stays until its end when the caller wants streams of it. Gives the exit code.
pub(super) fn start(
    engine: &Engine,
    ui: &mut Ui,
    record: &Record,
    stay: Stay,
    ready: Option<(Prepared, Lock)>,
) -> Result<u8> {
    let wants_streams = stay.hello.input || stay.hello.output || stay.hello.error;
    let signals = Signals::hold(wants_streams && stay.signal_proxy && !record.wish.tty)?;
    let attachment = Attachment { hello: stay.hello, size: window_size().unwrap_or((80, 24)) };
    let started = match start::start(engine, record, attachment, ready)? {
        Outcome::Started(started) => started,
        Outcome::RunsAlready => return Ok(0),
        Outcome::Failed(failure) => return Err(start::failure(&failure)),
    };
    if let Some((why, fix)) = &started.note {
        ui.talk(format_args!(
            "note: only your own user id is available inside containers: {why}\nhint: {fix}"
        ));
    }
    if !wants_streams {
        return Ok(0);
    }
    let manner = Manner { terminal: record.wish.tty, input: stay.hello.input, detach_keys: stay.detach_keys };
    let target = match State::read(&engine.containers.folder(&record.id)) {
        Ok(state) => state.processes().and_then(|processes| processes.init.open()),
        Err(_) => None,
    };
    let end = Session { peer: &started.monitor, manner, signals, target }.run()?;
    finish(engine, ui, record, end, &stay.hello)
}

fn finish(engine: &Engine, ui: &mut Ui, record: &Record, end: End, hello: &Hello) -> Result<u8> {
    match end {
        End::Exited(code) => Ok(code as u8),
        End::Detached => {
            ui.talk("read escape sequence");
            Ok(0)
        }
        // The pump was killed: another one may have taken over.
        End::Lost => match attach::connect(engine, &record.id, &Hello { input: false, ..*hello }) {
            Ok(pump) => {
                let manner =
                    Manner { terminal: record.wish.tty, input: false, detach_keys: DetachKeys::default() };
                match (Session { peer: &pump, manner, signals: Signals::hold(false)?, target: None }).run()? {
                    End::Exited(code) => Ok(code as u8),
                    _ => last_word(engine, record),
                }
            }
            Err(_) => last_word(engine, record),
        },
    }
}

/// The monitor is gone: what is on record is all there is to know.
fn last_word(engine: &Engine, record: &Record) -> Result<u8> {
    let code = engine.wait(&record.id)?;
    if record.wish.remove {
        engine.enter()?;
        let options = crate::engine::remove::Options { force: true, volumes: true };
        crate::engine::remove::remove(engine, &record.id, &record.id.short(), options)?;
    }
    if code == 137 {
        return Err(Error::new(
            Kind::System,
            "the container's monitor was killed, and the container with it",
        ));
    }
    Ok(code as u8)
}
