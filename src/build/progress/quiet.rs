//! Nothing: the image's id and errors are told by others.

use super::event::{Event, Progress};

/// Says nothing.
#[derive(Debug)]
pub(super) struct Quiet;

impl Progress for Quiet {
    fn hear(&mut self, _: &Event) {}

    fn tick(&mut self) {}

    fn finish(&mut self, _: bool) {}
}
