//! Pipes through which bytes go from socket to socket without being copied.

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use std::os::fd::OwnedFd;
use std::rc::Rc;

/// How many empty pipes are kept for the next ones who need one.
const IDLE: usize = 4;

/// What a pipe of a busy flow holds, in bytes: the most that an ordinary user may ask for by default
/// (/proc/sys/fs/pipe-max-size).
const LARGE: usize = 1 << 20;

/// How many large pipes there may be. All pipes of a user together should hold less than 64 MiB: beyond that all the
/// user's programs get pipes of two pages (/proc/sys/fs/pipe-user-pages-soft).
const MOST_LARGE: usize = 8;

/// A pipe, non-blocking.
#[derive(Debug)]
pub(super) struct Pipe {
    /// Where it is read.
    pub(super) out: OwnedFd,
    /// Where it is written.
    pub(super) into: OwnedFd,
    /// Its place among the large ones.
    large: Option<Rc<()>>,
}

/// Pipes nobody uses now. All flows share a few: only one that cannot deliver keeps what it holds.
#[derive(Debug, Default)]
pub(super) struct Pipes {
    idle: Vec<Pipe>,
    /// One more reference than there are large pipes.
    large: Rc<()>,
}

impl Pipes {
    /// A pipe, empty; `None` when no more can be had.
    pub(super) fn take(&mut self) -> Option<Pipe> {
        self.idle.pop().or_else(|| {
            let (out, into) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).ok()?;
            Some(Pipe { out, into, large: None })
        })
    }

    /// Makes a pipe hold more, unless enough do already or the kernel refuses.
    pub(super) fn enlarge(&self, pipe: &mut Pipe) {
        if pipe.large.is_none() && Rc::strong_count(&self.large) <= MOST_LARGE {
            pipe.large = Some(Rc::clone(&self.large));
            let _ = fcntl_setpipe_size(&pipe.into, LARGE);
        }
    }

    /// Takes a pipe back, which must be empty.
    pub(super) fn give(&mut self, pipe: Pipe) {
        if self.idle.len() < IDLE {
            self.idle.push(pipe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pipe::fcntl_getpipe_size;

    #[test]
    fn only_a_few_pipes_are_large_at_once() {
        let mut pipes = Pipes::default();
        let mut all: Vec<Pipe> = (0..MOST_LARGE + 2).map(|_| pipes.take().unwrap()).collect();
        all.iter_mut().for_each(|pipe| pipes.enlarge(pipe));
        assert!(all.iter().all(|pipe| fcntl_getpipe_size(&pipe.out).unwrap() <= LARGE));
        assert_eq!(all.iter().filter(|pipe| pipe.large.is_some()).count(), MOST_LARGE);
        all.remove(0);
        pipes.enlarge(all.last_mut().unwrap());
        assert!(all.last().unwrap().large.is_some());
    }
}
