//! How much work a file may ask for: small files can describe very large values.

use super::diagnostic::{Checked, Diagnostic};
use std::cell::Cell;

/// Bytes of values that may be made, and read again, while a set of files is evaluated.
const BYTES: usize = 256 << 20;

/// Expressions inside each other, through variables and functions too.
const DEPTH: usize = 256;

/// What is left.
#[derive(Debug)]
pub struct Budget {
    bytes: Cell<usize>,
    depth: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: Cell::new(BYTES), depth: Cell::new(DEPTH) }
    }
}

impl Budget {
    /// Takes `bytes` off.
    pub fn charge(&self, bytes: usize) -> Checked<()> {
        let left = self.bytes.get().checked_sub(bytes);
        self.bytes.set(left.unwrap_or(0));
        left.map(drop)
            .ok_or_else(|| Diagnostic::plain("the values of the file are too large to be evaluated"))
    }

    /// Does `work` one level deeper.
    pub fn deeper<T>(&self, work: impl FnOnce() -> Checked<T>) -> Checked<T> {
        let Some(left) = self.depth.get().checked_sub(1) else {
            return Err(Diagnostic::plain(format!("expressions are nested deeper than {DEPTH} levels")));
        };
        self.depth.set(left);
        let result = work();
        self.depth.set(left + 1);
        result
    }
}
