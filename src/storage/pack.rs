//! Compressing a layer on all processors, in bounded memory.
//!
//! The input is cut into blocks of a fixed size, and each becomes a gzip member (RFC 1952, 2.2: members
//! in a row are one file) or a zstd frame (RFC 8878, 3). So what comes out depends on what goes in
//! alone, never on how many threads there are.

use crate::oci::manifest::media;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Threads that are worth their memory: a few blocks each.
const MOST_THREADS: usize = 16;

/// How a layer is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Level 0..=9.
    Gzip {
        /// As in gzip(1).
        level: u32,
    },
    /// Level 1..=22.
    Zstd {
        /// As in zstd(1).
        level: i32,
    },
}

impl Packing {
    /// What other tools use, and all of them read.
    pub const USUAL: Self = Self::Gzip { level: 6 };

    /// Of a layer that is compressed so.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Gzip { .. } => media::LAYER_GZIP,
            Self::Zstd { .. } => media::LAYER_ZSTD,
        }
    }

    /// Bytes of input that are compressed as one. zstd gains more from what lies further back.
    fn block(self) -> usize {
        match self {
            Self::Gzip { .. } => 1 << 20,
            Self::Zstd { .. } => 4 << 20,
        }
    }

    fn pack(self, block: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip { level } => {
                let room = Vec::with_capacity(block.len() / 2);
                let mut encoder = flate2::write::GzEncoder::new(room, flate2::Compression::new(level));
                encoder.write_all(block)?;
                encoder.finish()
            }
            Self::Zstd { level } => zstd::bulk::compress(block, level),
        }
    }
}

/// Threads to compress with on this machine.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS)
}

/// Compresses all of `input` into `output` with `threads` threads beside this one, which reads and writes.
pub fn pack(input: impl Read, mut output: impl Write, packing: Packing, threads: usize) -> io::Result<()> {
    let mut blocks = Blocks { input, size: packing.block(), any: false };
    let (jobs, queue) = channel::<Job>();
    let queue = Mutex::new(queue);
    let work = || {
        // The lock is let go before the work begins.
        while let Some(job) = take(&queue) {
            // Whoever waits for it may have failed, and gone.
            let _ = job.done.send(packing.pack(&job.block));
        }
    };
    std::thread::scope(|scope| {
        // Gone when this ends in whatever way: then the threads end.
        let jobs = jobs;
        let running =
            (0..threads).filter(|_| std::thread::Builder::new().spawn_scoped(scope, work).is_ok()).count();
        if running == 0 {
            while let Some(block) = blocks.next()? {
                output.write_all(&packing.pack(&block)?)?;
            }
            return Ok(());
        }
        let mut waiting = VecDeque::new();
        while let Some(block) = blocks.next()? {
            if waiting.len() == 2 * running {
                write_first(&mut waiting, &mut output)?;
            }
            let (done, result) = channel();
            jobs.send(Job { block, done }).map_err(io::Error::other)?;
            waiting.push_back(result);
        }
        while !waiting.is_empty() {
            write_first(&mut waiting, &mut output)?;
        }
        Ok(())
    })
}

/// A block, and where it is waited for.
struct Job {
    block: Vec<u8>,
    done: Sender<io::Result<Vec<u8>>>,
}

fn take(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn write_first(
    waiting: &mut VecDeque<Receiver<io::Result<Vec<u8>>>>,
    output: &mut impl Write,
) -> io::Result<()> {
    match waiting.pop_front() {
        Some(first) => output.write_all(&first.recv().map_err(io::Error::other)??),
        None => Ok(()),
    }
}

/// The input, block by block. One that is empty is one empty block: nothing at all is no archive.
struct Blocks<R> {
    input: R,
    size: usize,
    any: bool,
}

impl<R: Read> Blocks<R> {
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut block = Vec::with_capacity(self.size);
        self.input.by_ref().take(self.size as u64).read_to_end(&mut block)?;
        let first = !std::mem::replace(&mut self.any, true);
        Ok((first || !block.is_empty()).then_some(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::compression::Plain;

    const ALL: [Packing; 2] = [Packing::USUAL, Packing::Zstd { level: 3 }];

    fn packed(bytes: &[u8], packing: Packing, threads: usize) -> Vec<u8> {
        let mut output = Vec::new();
        pack(bytes, &mut output, packing, threads).unwrap();
        output
    }

    #[test]
    fn what_comes_out_does_not_depend_on_threads_and_reads_back() {
        let bytes: Vec<u8> = (0..9_500_000u32).map(|n| (n / 7).to_le_bytes()[n as usize % 3]).collect();
        for packing in ALL {
            for length in [0, 1, 1 << 20, (1 << 20) + 1, bytes.len()] {
                let bytes = &bytes[..length];
                let one = packed(bytes, packing, 1);
                assert!([0, 2, 7].iter().all(|threads| packed(bytes, packing, *threads) == one));
                let mut back = Vec::new();
                Plain::new(&one[..], 1 << 30).unwrap().read_to_end(&mut back).unwrap();
                assert!(back == bytes, "{packing:?} {length}");
            }
        }
    }

    #[test]
    fn a_failure_on_either_side_ends_it() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("no more"))
            }
        }
        impl Write for Fails {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("no room"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let some = io::repeat(1).take(20 << 20);
        assert!(pack(some, Fails, Packing::USUAL, 3).unwrap_err().to_string().contains("no room"));
        let some = io::repeat(1).take(20 << 20).chain(Fails);
        assert!(pack(some, io::sink(), Packing::USUAL, 3).unwrap_err().to_string().contains("no more"));
    }
}
