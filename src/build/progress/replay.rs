//! Events for tests, and what a display made of them.

use super::event::{PartState, VertexId, What};
use jiff::Timestamp;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// What a display wrote.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(Rc<RefCell<Vec<u8>>>);

impl Written {
    pub(super) fn writer(&self) -> Box<dyn Write> {
        Box::new(self.clone())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }

    /// What was written since the last call.
    pub(super) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.borrow_mut())).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A moment, in seconds since a build began.
pub(super) fn at(seconds: f64) -> Timestamp {
    let begin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let nanoseconds = begin.as_nanosecond() + (seconds * 1e9) as i128;
    Timestamp::from_nanosecond(nanoseconds).unwrap()
}

/// A part of a step.
pub(super) fn part(id: VertexId, name: &str, current: u64, total: u64, from: f64, to: Option<f64>) -> What {
    let state = PartState { current, total, started: at(from), completed: to.map(at) };
    What::Status { id, part: name.to_owned(), state }
}
