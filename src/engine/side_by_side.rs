//! The same work for several things at once.

use crate::error::{Error, Kind, Result};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Threads that work which computes can use here.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Does `work` for each of `things` with up to `threads` threads, in their order of beginning; gives what came
/// of each, in no order. The first failure ends the others' turn.
pub fn each<T: Sync, R: Send>(
    things: &[T],
    threads: usize,
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::new());
    let turn = || {
        while !failed.load(Ordering::Relaxed)
            && let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let result = work(thing);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            done.lock().unwrap_or_else(PoisonError::into_inner).push(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(things.len()) {
            // Without another thread the work is done by this one.
            let _ = std::thread::Builder::new().spawn_scoped(scope, turn);
        }
        turn();
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let done = done.into_iter().collect::<Result<Vec<_>>>()?;
    match done.len() == things.len() {
        true => Ok(done),
        false => Err(Error::new(Kind::System, "some work was not done")),
    }
}
