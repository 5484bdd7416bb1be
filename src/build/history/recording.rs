//! A build while it is written down.

use super::record::{Record, Status};
use super::redact::Hidden;
use super::{LOCK, LOG, RECORD, describe, log, place, sweep};
use crate::build::identity;
use crate::build::progress::event::{Event, Progress, VertexId, What};
use crate::build::progress::plain;
use crate::build::run::Secrets;
use crate::build::wish::BuildWish;
use crate::durable::{self, Durability, Lock, Sharing};
use crate::engine::host::Engine;
use crate::error::Context;
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

/// What a build that the user stopped fails with.
const CANCELED: &str = "context canceled";

/// A build that runs, as the record has it.
pub struct Recording {
    folder: PathBuf,
    record: Record,
    hidden: Hidden,
    heard: Rc<RefCell<Heard>>,
    _runs: Lock,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What was heard of the build.
struct Heard {
    log: Option<Box<dyn Progress>>,
    announced: u64,
    ended: BTreeSet<VertexId>,
    cached: u64,
}

/// Shows a build, and writes it down.
struct Both {
    shown: Box<dyn Progress>,
    heard: Rc<RefCell<Heard>>,
}

impl Recording {
    /// Begins the record of a build.
    ///
    /// # Errors
    /// Of the file system. A build is no worse for not being recorded.
    pub fn begin(engine: &Engine, wish: &BuildWish, secrets: &Secrets) -> crate::error::Result<Self> {
        let store = engine.store()?;
        sweep(&store)?;
        let record = describe::record(identity::random()?, wish);
        let folder = place(&store)?.join(&record.id);
        std::fs::create_dir(&folder).what(|| format!("making {}", folder.display()))?;
        let runs = Lock::take(&folder.join(LOCK), Sharing::Exclusive)?;
        let of_args = describe::secret_args(wish);
        let hidden = Hidden::new(secrets.values().chain(of_args.iter().map(Vec::as_slice)));
        let log = Some(plain(log::create(&folder.join(LOG), hidden.clone())?));
        let heard = Rc::new(RefCell::new(Heard { log, announced: 0, ended: BTreeSet::new(), cached: 0 }));
        let recording = Self { folder, record, hidden, heard, _runs: runs };
        recording.write(&recording.record)?;
        Ok(recording)
    }

    /// The id of the build.
    pub fn id(&self) -> &str {
        &self.record.id
    }

    /// A display that shows what `shown` does, and writes it down.
    pub fn through(&self, shown: Box<dyn Progress>) -> Box<dyn Progress> {
        Box::new(Both { shown, heard: Rc::clone(&self.heard) })
    }

    /// Writes down how it ended.
    ///
    /// # Errors
    /// Of the file system.
    pub fn end(
        mut self,
        outcome: &Result<Vec<(String, Option<String>)>, String>,
    ) -> crate::error::Result<()> {
        let record = &mut self.record;
        record.completed = Some(Timestamp::now());
        match outcome {
            Ok(images) => {
                record.status = Status::Completed;
                record.images.clone_from(images);
            }
            Err(error) if error == CANCELED => record.status = Status::Canceled,
            Err(error) => {
                record.status = Status::Error;
                record.error = Some(self.hidden.text(error));
            }
        }
        let mut heard = self.heard.borrow_mut();
        (record.total_steps, record.completed_steps, record.cached_steps) =
            (heard.announced, heard.ended.len() as u64, heard.cached);
        // The last of the log is written before the record says that the build is over.
        heard.log = None;
        drop(heard);
        self.write(&self.record)
    }

    fn write(&self, record: &Record) -> crate::error::Result<()> {
        let text = serde_json::to_vec(record).what(|| "writing the record of a build")?;
        durable::put(&self.folder.join(RECORD), &text, Durability::Kill)
    }
}

impl Heard {
    fn count(&mut self, what: &What) {
        match what {
            What::Announced { .. } => self.announced += 1,
            What::Cached { id } => self.cached += u64::from(self.ended.insert(*id)),
            What::Done { id } => drop(self.ended.insert(*id)),
            _ => {}
        }
    }
}

impl Progress for Both {
    fn hear(&mut self, event: &Event) {
        self.shown.hear(event);
        let mut heard = self.heard.borrow_mut();
        heard.count(&event.what);
        if let Some(log) = &mut heard.log {
            log.hear(event);
        }
    }

    fn tick(&mut self) {
        self.shown.tick();
        if let Some(log) = &mut self.heard.borrow_mut().log {
            log.tick();
        }
    }

    fn finish(&mut self, failed: bool) {
        self.shown.finish(failed);
        if let Some(log) = &mut self.heard.borrow_mut().log {
            log.finish(failed);
        }
    }
}
