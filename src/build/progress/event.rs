//! What happens in a build, as the printers hear it. A vertex is a step as BuildKit shows it: `[2/3] RUN …`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A step, by the order in which steps were announced, from 0.
pub type VertexId = usize;

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// There is a step of this name: `[internal] load build definition from Dockerfile`, `[build 2/4] RUN make`.
    Announced { id: VertexId, name: String },
    /// It works now.
    Started { id: VertexId },
    /// A part of it goes on or is through: `transferring context:`, `exporting layers`. The same `part` again
    /// replaces what was said before.
    Status { id: VertexId, part: String, state: PartState },
    /// It printed something; whole lines or pieces of them.
    Log { id: VertexId, stream: Stream, bytes: Vec<u8> },
    /// Its result was in the cache.
    Cached { id: VertexId },
    /// It is through.
    Done { id: VertexId },
    /// It failed, in these words.
    Failed { id: VertexId, error: String },
    /// It was stopped since another failed, or the user had enough.
    Canceled { id: VertexId },
    /// A rule of the linter.
    Warning { id: VertexId, short: String, detail: Vec<String>, url: String },
}

/// How far a part of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartState {
    /// Bytes or things so far.
    pub current: u64,
    /// Of how many; 0: nobody knows.
    pub total: u64,
    /// Since when.
    pub started: Timestamp,
    /// When it was through.
    pub completed: Option<Timestamp>,
}

/// Where a step printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Who hears of a build.
pub trait Progress {
    /// Takes in what happened.
    fn hear(&mut self, event: &Event);
    /// Nothing happened for a while: a live display draws itself anew.
    fn tick(&mut self);
    /// It is over; `failed`: with an error that is told after this.
    fn finish(&mut self, failed: bool);
}
