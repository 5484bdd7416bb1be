//! What the monitor writes into the store: the launcher's book.

use super::host::Engine;
use super::record::Record;
use super::state::{self, State};
use super::{events, remove, stop};
use crate::durable::Durability;
use crate::error::Result;
use crate::runtime::launch;
use crate::runtime::launcher::{self, Book, Processes};
use crate::runtime::plan::Plan;
use crate::runtime::stream::StartFailure;
use crate::sys::process::{Ended, exit_now};
use jiff::Timestamp;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// The role of the launcher: started as `rcon-monitor`, never by people.
pub fn main(arguments: &[OsString]) -> ! {
    let inherited = arguments.get(2).and_then(|numbers| launch::inherited(numbers.to_str()?));
    match inherited {
        Some(inherited) => launcher::main(inherited, &StoreBook::default()),
        None => exit_now(125),
    }
}

#[derive(Debug, Default)]
struct StoreBook {
    started: Cell<Option<Timestamp>>,
}

/// A container that is removed when it ends need not survive a power cut.
fn durability(plan: &Plan) -> Durability {
    if plan.remove { Durability::Kill } else { Durability::PowerCut }
}

impl StoreBook {
    fn engine(plan: &Plan) -> Result<Engine> {
        Engine::open(plan.paths.clone())
    }

    fn note(plan: &Plan, action: &str, extra: &[(&str, String)]) {
        let Ok(record) = Record::read(&plan.folder) else { return };
        let mut attributes: BTreeMap<String, String> = record.labels;
        attributes.insert("image".to_owned(), record.image_name);
        attributes
            .insert("name".to_owned(), std::fs::read_to_string(plan.folder.join("name")).unwrap_or_default());
        attributes.extend(extra.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        events::container(&plan.paths, &plan.id, action, &attributes);
    }
}

impl Book for StoreBook {
    fn running(&self, plan: &Plan, processes: &Processes) -> Result<()> {
        // A restart is through.
        let _ = rustix::fs::unlink(plan.folder.join(stop::KEEP));
        let started = Timestamp::now();
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
        Self::note(plan, "start", &[]);
    }

    fn start_failed(&self, plan: &Plan, failure: &StartFailure) {
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
        let code = ended.exit_code();
        let state = State::Exited {
            started: self.started.get(),
            finished: Timestamp::now(),
            code,
            error: String::new(),
        };
        // With a full disk the end is read off the dead processes by the next call.
        let _ = state.write(&plan.folder, durability(plan));
        Self::note(plan, "die", &[("exitCode", code.to_string())]);
    }

    fn remove(&self, plan: &Plan) {
        if plan.folder.join(stop::KEEP).exists() {
            return;
        }
        let removed = Self::engine(plan).and_then(|engine| {
            let record = engine.record(&plan.id)?;
            remove::take_away(&engine, &record)
        });
        if removed.is_ok() {
            events::container(&plan.paths, &plan.id, "destroy", &BTreeMap::new());
        }
    }
}
