//! The stream of a layer, taken down in a skeleton on its way.

use super::entries::Extent;
use super::names::PATH_LIMIT;
use crate::error::{Context, Result};
use crate::storage::skeleton::{Draft, Piece};
use rustix::fs::fstat;
use std::io::{self, Read};
use std::os::fd::AsFd;

/// Gives every byte on. Where there is a draft, it gets each one as well, but for the contents it is
/// told of before they are read.
#[derive(Debug)]
pub(super) struct TakenDown<'a, R> {
    stream: R,
    draft: Option<&'a mut Draft>,
    file: Piece,
    /// Bytes of content that come before the next others.
    content: u64,
}

impl<'a, R: Read> TakenDown<'a, R> {
    pub(super) fn new(stream: R, draft: Option<&'a mut Draft>) -> Self {
        Self { stream, draft, file: Piece::default(), content: 0 }
    }

    /// Whether anything is taken down.
    pub(super) fn has_draft(&self) -> bool {
        self.draft.is_some()
    }

    /// Says which file the next contents go to: its name in the tree, and its bytes in the end.
    pub(super) fn begin_file(
        &mut self,
        file: impl AsFd,
        name: impl FnOnce() -> Vec<u8>,
        size: u64,
    ) -> Result<()> {
        if self.has_draft() {
            let stat = fstat(file).map_err(io::Error::from).what(|| "looking at a new file")?;
            self.file = Piece { name: name(), inode: stat.st_ino, size, offset: 0, length: 0 };
        }
        Ok(())
    }

    /// Says that all of `extent` of that file comes next.
    pub(super) fn begin_content(&mut self, extent: Extent) -> Result<()> {
        if let Some(draft) = &mut self.draft
            && extent.length > 0
            // A path that symbolic links made longer cannot be opened by its name: the bytes stay raw.
            && self.file.name.len() <= PATH_LIMIT
        {
            (self.file.offset, self.file.length) = (extent.offset, extent.length);
            draft.content(&self.file).what(|| "writing the skeleton of a layer")?;
            self.content = extent.length;
        }
        Ok(())
    }
}

impl<R: Read> Read for TakenDown<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = match self.content {
            0 => buffer.len(),
            content => buffer.len().min(usize::try_from(content).unwrap_or(usize::MAX)),
        };
        let count = self.stream.read(&mut buffer[..limit])?;
        match &mut self.draft {
            Some(_) if self.content > 0 => self.content -= count as u64,
            Some(draft) => draft.raw(&buffer[..count])?,
            None => {}
        }
        Ok(count)
    }
}
