//! Tells the printers what happens, step by step.

use super::progress::event::{Event, PartState, Progress, Stream, VertexId, What};
use jiff::Timestamp;
use std::cell::{Cell, RefCell};
use std::fmt;

/// Whom all of a build tells.
pub struct Report {
    printer: RefCell<Box<dyn Progress>>,
    next: Cell<VertexId>,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Report")
    }
}

impl Report {
    /// Tells `printer`.
    pub fn to(printer: Box<dyn Progress>) -> Self {
        Self { printer: RefCell::new(printer), next: Cell::new(0) }
    }

    fn tell(&self, what: What) {
        self.printer.borrow_mut().hear(&Event { at: Timestamp::now(), what });
    }

    /// There is a step.
    pub fn announce(&self, name: impl Into<String>) -> VertexId {
        let id = self.next.get();
        self.next.set(id + 1);
        self.tell(What::Announced { id, name: name.into() });
        id
    }

    /// It works now.
    pub fn start(&self, id: VertexId) {
        self.tell(What::Started { id });
    }

    /// A part of it is through.
    pub fn part(&self, id: VertexId, part: impl Into<String>, bytes: u64, started: Timestamp) {
        let completed = Some(Timestamp::now());
        let state = PartState { current: bytes, total: 0, started, completed };
        self.tell(What::Status { id, part: part.into(), state });
    }

    /// It printed something.
    pub fn log(&self, id: VertexId, stream: Stream, bytes: &[u8]) {
        self.tell(What::Log { id, stream, bytes: bytes.to_vec() });
    }

    /// Its result was known.
    pub fn cached(&self, id: VertexId) {
        self.tell(What::Cached { id });
    }

    /// It is through.
    pub fn done(&self, id: VertexId) {
        self.tell(What::Done { id });
    }

    /// It failed.
    pub fn failed(&self, id: VertexId, error: impl Into<String>) {
        self.tell(What::Failed { id, error: error.into() });
    }

    /// It was stopped.
    pub fn canceled(&self, id: VertexId) {
        self.tell(What::Canceled { id });
    }

    /// A rule of the linter.
    pub fn warn(&self, id: VertexId, short: String, detail: Vec<String>, url: String) {
        self.tell(What::Warning { id, short, detail, url });
    }

    /// A whole step: told before and after.
    pub fn step<T, E: fmt::Display>(
        &self,
        name: impl Into<String>,
        work: impl FnOnce(VertexId) -> Result<T, E>,
    ) -> Result<T, E> {
        let id = self.announce(name);
        self.start(id);
        match work(id) {
            Ok(result) => {
                self.done(id);
                Ok(result)
            }
            Err(error) => {
                self.failed(id, error.to_string());
                Err(error)
            }
        }
    }

    /// Nothing happened for a while.
    pub fn tick(&self) {
        self.printer.borrow_mut().tick();
    }

    /// It is over.
    pub fn finish(&self, failed: bool) {
        self.printer.borrow_mut().finish(failed);
    }
}
