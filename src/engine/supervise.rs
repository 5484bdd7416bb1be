//! What the monitor writes into the store: the launcher's book.

use super::host::Engine;
use super::networks::place;
use super::state::{self, State};
use super::{events, remove, stop};
use crate::durable::Durability;
use crate::error::Result;
use crate::runtime::launch;
use crate::runtime::launcher::{self, Book, Processes};
use crate::runtime::plan::Plan;
use crate::runtime::stream::StartFailure;
use crate::sys::process::{Ended, exit_now, monitor_signals};
use jiff::Timestamp;
use std::cell::{Cell, OnceCell};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The role of a launcher that was executed: started as `rcon-monitor`, never by people.
pub fn main(arguments: &[OsString]) -> ! {
    match launch::inherited(arguments) {
        Some((client, sharing)) => {
            monitor_signals();
            launcher::main(client, sharing, &StoreBook::default())
        }
        None => exit_now(125),
    }
}

/// The launcher's book, with what it has to remember between two entries.
#[derive(Debug, Default)]
pub struct StoreBook {
    started: Cell<Option<Timestamp>>,
    farewell: OnceCell<Farewell>,
}

/// What the end of a container with `--rm` needs, looked up while there is time.
#[derive(Debug)]
struct Farewell {
    engine: Engine,
    volumes: Vec<String>,
}

/// It is being restarted, and not removed though it was started with `--rm`.
fn is_kept(plan: &Plan) -> bool {
    plan.folder.join(stop::KEEP).exists()
}

/// A container that is removed when it ends need not survive a power cut.
fn durability(plan: &Plan) -> Durability {
    if plan.remove { Durability::Kill } else { Durability::PowerCut }
}

impl StoreBook {
    fn engine(plan: &Plan) -> Result<Engine> {
        Engine::open(plan.paths.clone())
    }

    fn farewell(&self, plan: &Plan) -> Option<&Farewell> {
        if self.farewell.get().is_none() {
            let engine = Self::engine(plan).ok()?;
            let volumes = remove::anonymous_volumes(&engine.record(&plan.id).ok()?);
            let _ = self.farewell.set(Farewell { engine, volumes });
        }
        self.farewell.get()
    }

    fn leave_networks(plan: &Plan) {
        if plan.wiring.is_some() {
            place::release(&plan.paths, &plan.id);
        }
    }

    fn note(plan: &Plan, folder: &Path, action: &str, extra: &[(&str, String)]) {
        let mut attributes = plan.attributes.clone();
        attributes
            .insert("name".to_owned(), std::fs::read_to_string(folder.join("name")).unwrap_or_default());
        attributes.extend(extra.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        events::container(&plan.paths, &plan.id, action, &attributes);
    }
}

impl Book for StoreBook {
    fn running(&self, plan: &Plan, processes: &Processes) -> Result<()> {
        // A restart is through.
        let _ = rustix::fs::unlink(plan.folder.join(stop::KEEP));
        let started = self.started.get().unwrap_or_else(Timestamp::now);
        self.started.set(Some(started));
        // What a reboot ends anyway needs no sync.
        State::Running { started, processes: *processes, boot: state::boot() }
            .write(&plan.folder, Durability::Kill)?;
        if plan.makes_outer {
            Self::engine(plan)?.hint_at(&processes.launcher);
        }
        Ok(())
    }

    fn started(&self, plan: &Plan) {
        if plan.remove {
            self.farewell(plan);
        }
        Self::note(plan, &plan.folder, "start", &[]);
    }

    fn start_failed(&self, plan: &Plan, failure: &StartFailure) {
        Self::leave_networks(plan);
        let state = State::Exited {
            started: None,
            finished: Timestamp::now(),
            code: i32::from(failure.code),
            error: failure.message.clone(),
        };
        // When this cannot be written the caller is told of the failed start all the same.
        let _ = state.write(&plan.folder, Durability::Kill);
    }

    fn ended(&self, plan: &Plan, ended: Ended) {
        Self::leave_networks(plan);
        if plan.remove && !is_kept(plan) {
            // It is about to vanish; whoever waits hears the code from the monitor.
            return;
        }
        let code = ended.exit_code();
        let state = State::Exited {
            started: self.started.get(),
            finished: Timestamp::now(),
            code,
            error: String::new(),
        };
        // With a full disk the end is read off the dead processes by the next call.
        let _ = state.write(&plan.folder, durability(plan));
    }

    fn announced(&self, plan: &Plan, retired: Option<&Path>, ended: Ended) {
        let folder = retired.unwrap_or(&plan.folder);
        Self::note(plan, folder, "die", &[("exitCode", ended.exit_code().to_string())]);
    }

    fn retire(&self, plan: &Plan) -> Option<PathBuf> {
        if is_kept(plan) {
            return None;
        }
        let Farewell { engine, volumes } = self.farewell(plan)?;
        remove::retire(engine, &plan.id, volumes).ok()
    }

    fn delete(&self, plan: &Plan, retired: &Path) {
        // Without opening the store anew: it may be on its way out itself.
        if let Some(Farewell { engine, .. }) = self.farewell.get() {
            Self::note(plan, retired, "destroy", &[]);
            // What stays is taken along by the next removal.
            let _ = remove::delete(engine, &plan.id, retired);
        }
    }
}
