//! The only way files that outlive a process are written: whole or not at all.
//!
//! Temporary file in the same directory, write, fsync, rename, fsync of the directory. What a reboot
//! ends anyway is written by [`replace`], the same without the syncs.

use crate::error::{Context, Result};
use rustix::fs::{
    AtFlags, CWD, FlockOperation, Mode, OFlags, RenameFlags, flock, fsync, open, openat, renameat_with,
    unlinkat,
};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// Whether a write must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Synced before it becomes visible, and its name after.
    PowerCut,
    /// Atomic for readers and against a kill; a reboot may lose it.
    Kill,
}

/// Writes `contents` to `path` so that a reader sees the old or the new, also after a power cut.
pub fn write(path: &Path, contents: &[u8]) -> Result<()> {
    put(path, contents, Durability::PowerCut)
}

/// Like [`write`], for what a reboot ends anyway.
pub fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    put(path, contents, Durability::Kill)
}

/// Writes `contents` to `path`, as durable as asked.
pub fn put(path: &Path, contents: &[u8], durability: Durability) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let temporary = parent.join(temporary_name());
    let written = fill(&temporary, contents, durability)
        .and_then(|()| renameat_with(CWD, &temporary, CWD, path, RenameFlags::empty()).map_err(Into::into));
    if let Err(cause) = written {
        // Best effort: the first failure is the one to tell.
        let _ = unlinkat(CWD, &temporary, AtFlags::empty());
        return Err(cause).what(|| format!("writing {}", path.display()));
    }
    match durability {
        Durability::PowerCut => sync_directory(parent),
        Durability::Kill => Ok(()),
    }
}

/// Writes `contents` over what a file has, for a disk that is full: where a second file has no room, the
/// blocks of the first are there. What is short of the old text is blanks, so that one write does it.
pub fn overwrite(path: &Path, contents: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let file = std::fs::File::from(open(
            path,
            OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW,
            Mode::empty(),
        )?);
        let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
        let mut text = contents.to_vec();
        text.resize(length.max(contents.len()), b' ');
        std::os::unix::fs::FileExt::write_all_at(&file, &text, 0)
    };
    write().what(|| format!("writing {}", path.display()))
}

/// Writes a new file of `mode` into a folder that nobody sees yet: what makes the folder visible makes it whole.
///
/// # Errors
/// `EEXIST` when there is one.
pub fn draft(path: &Path, contents: &[u8], mode: u32, durability: Durability) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let mut file = std::fs::File::from(open(path, flags, Mode::from_raw_mode(mode))?);
        // Whatever the caller's umask takes away.
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        file.write_all(contents)?;
        match durability {
            Durability::PowerCut => Ok(fsync(&file)?),
            Durability::Kill => Ok(()),
        }
    };
    write().what(|| format!("writing {}", path.display()))
}

fn fill(temporary: &Path, contents: &[u8], durability: Durability) -> std::io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = std::fs::File::from(openat(CWD, temporary, flags, Mode::from_raw_mode(0o600))?);
    file.write_all(contents)?;
    match durability {
        Durability::PowerCut => Ok(fsync(&file)?),
        Durability::Kill => Ok(()),
    }
}

/// A name no other call uses; a killed call leaves it behind, and garbage collection knows it by its beginning.
pub fn temporary_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!(".tmp-{}-{}{:09}-{count}", std::process::id(), now.tv_sec, now.tv_nsec)
}

/// Makes the names in `directory` survive a power cut.
pub fn sync_directory(directory: &Path) -> Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    open(directory, flags, Mode::empty())
        .and_then(fsync)
        .map_err(std::io::Error::from)
        .what(|| format!("syncing {}", directory.display()))
}

/// A lock that the kernel takes back when its holder ends, however it ends. flock(2).
#[derive(Debug)]
pub struct Lock(OwnedFd);

impl AsFd for Lock {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Lock {
    /// The descriptor behind it: whoever inherits it shares the lock.
    pub fn descriptor(&self) -> &OwnedFd {
        &self.0
    }
}

/// Whether others may hold the same lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// With other shared holders.
    Shared,
    /// Alone.
    Exclusive,
}

impl Lock {
    /// Takes the lock on `path` (a file, made when missing), waiting for it.
    pub fn take(path: &Path, sharing: Sharing) -> Result<Self> {
        let file = lock_file(path)?;
        let operation = match sharing {
            Sharing::Shared => FlockOperation::LockShared,
            Sharing::Exclusive => FlockOperation::LockExclusive,
        };
        loop {
            match flock(file.as_fd(), operation) {
                Err(rustix::io::Errno::INTR) => {}
                result => {
                    result.map_err(std::io::Error::from).what(|| format!("locking {}", path.display()))?;
                    return Ok(Self(file));
                }
            }
        }
    }

    /// Takes the lock alone if nobody holds it.
    pub fn try_take(path: &Path) -> Result<Option<Self>> {
        Self::without_waiting(path, FlockOperation::NonBlockingLockExclusive)
    }

    /// Takes the lock beside others if nobody holds it alone.
    pub fn try_take_shared(path: &Path) -> Result<Option<Self>> {
        Self::without_waiting(path, FlockOperation::NonBlockingLockShared)
    }

    fn without_waiting(path: &Path, operation: FlockOperation) -> Result<Option<Self>> {
        let file = lock_file(path)?;
        match flock(file.as_fd(), operation) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(errno) => Err(std::io::Error::from(errno)).what(|| format!("locking {}", path.display())),
        }
    }
}

fn lock_file(path: &Path) -> Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    open(path, flags, Mode::from_raw_mode(0o600))
        .map_err(std::io::Error::from)
        .what(|| format!("opening the lock {}", path.display()))
}
