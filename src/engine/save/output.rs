//! Where an archive goes: a stream, or a file or directory that is seen when it is whole.
//!
//! Made by the user as he is, outside of the user namespace: what he may write is his groups' business
//! as well, and those do not come along.

use crate::durable::temporary_name;
use crate::error::{Context, Error, Result};
use crate::storage::archive::{DirectorySink, TarSink};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Takes the members of the archive.
#[derive(Debug)]
pub enum Writer {
    /// One file or stream.
    Tar(TarSink<File>),
    /// Files.
    Directory(DirectorySink),
}

/// An archive in the making. What is not kept goes.
#[derive(Debug)]
pub enum Output {
    /// Standard output, which cannot be taken back.
    Stream(File),
    /// A file that is to replace what is at `to`. Where the file system can, it has no name before, and
    /// goes with the process, however that ends.
    File {
        /// The file.
        file: File,
        /// Its name until it is kept.
        temporary: Option<Temporary>,
        /// Its name afterwards.
        to: PathBuf,
    },
    /// A directory that is to be at `to`, where there is nothing or an empty one.
    Directory {
        /// Where it is until then.
        temporary: Temporary,
        /// Where it belongs.
        to: PathBuf,
    },
}

impl Output {
    /// Standard output.
    ///
    /// # Errors
    /// In docker's words for a terminal.
    pub fn stream() -> Result<Self> {
        let output = rustix::stdio::stdout();
        if rustix::termios::isatty(output) {
            return Err(Error::usage("cowardly refusing to save to a terminal. Use the -o flag or redirect"));
        }
        output.try_clone_to_owned().map(|fd| Self::Stream(fd.into())).what(|| "writing to standard output")
    }

    /// A file.
    ///
    /// # Errors
    /// In docker's words when there cannot be one.
    pub fn file(path: &Path) -> Result<Self> {
        let (directory, to) = file_place(path)?;
        // As docker does: an image may hold what is nobody else's business.
        let private = Mode::from_raw_mode(0o600);
        let nameless = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
        if let Ok(fd) = open(&directory, nameless, private) {
            return Ok(Self::File { file: fd.into(), temporary: None, to });
        }
        named(path, &directory, to)
    }

    /// A file for a process that is in another mount namespace by the time it is kept: there a file without a name
    /// cannot be given one (linkat(2), EXDEV).
    ///
    /// # Errors
    /// In docker's words when there cannot be one.
    pub fn named_file(path: &Path) -> Result<Self> {
        let (directory, to) = file_place(path)?;
        named(path, &directory, to)
    }

    /// A directory.
    ///
    /// # Errors
    /// When there is something at `path`, or there cannot be a directory.
    pub fn directory(path: &Path) -> Result<Self> {
        let (directory, to) = place(path)?;
        match fs::read_dir(&to).map(|entries| entries.count()) {
            Ok(0) => {}
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Ok(_) => return Err(failed(path, Errno::NOTEMPTY)),
            Err(cause) => return Err(failed(path, cause)),
        }
        let temporary = Temporary(directory.join(temporary_name()));
        let made = fs::DirBuilder::new().mode(0o755).create(&temporary.0);
        made.map_err(|cause| failed(path, cause))?;
        Ok(Self::Directory { temporary, to })
    }

    /// What writes it.
    pub fn writer(&self) -> Result<Writer> {
        match self {
            Self::Stream(file) | Self::File { file, .. } => {
                let file = file.try_clone().what(|| "writing the archive")?;
                Ok(Writer::Tar(TarSink::new(file)))
            }
            Self::Directory { temporary, .. } => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let fd = open(&temporary.0, flags, Mode::empty()).map_err(io::Error::from);
                Ok(Writer::Directory(DirectorySink::new(fd.what(|| "writing the archive")?)))
            }
        }
    }

    /// Gives it its name: it is whole. Not synced: as with any command's output, that is the user's choice.
    pub fn keep(self) -> Result<()> {
        match self {
            Self::Stream(_) => Ok(()),
            Self::File { temporary: Some(temporary), to, .. } | Self::Directory { temporary, to } => {
                fs::rename(&temporary.0, &to).map_err(|cause| failed(&to, cause))
            }
            Self::File { file, temporary: None, to } => {
                let temporary = Temporary(to.with_file_name(temporary_name()));
                let link = format!("/proc/self/fd/{}", file.as_raw_fd());
                linkat(CWD, link, CWD, &temporary.0, AtFlags::SYMLINK_FOLLOW)
                    .map_err(io::Error::from)
                    .and_then(|()| fs::rename(&temporary.0, &to))
                    .map_err(|cause| failed(&to, cause))
            }
        }
    }
}

/// Something that goes with the value, unless it has another name by then.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0).or_else(|_| fs::remove_dir_all(&self.0));
    }
}

/// A file with a name of its own until it is kept.
fn named(path: &Path, directory: &Path, to: PathBuf) -> Result<Output> {
    let temporary = Temporary(directory.join(temporary_name()));
    let file = File::options().write(true).create_new(true).mode(0o600).open(&temporary.0);
    let file = file.map_err(|cause| failed(path, cause))?;
    Ok(Output::File { file, temporary: Some(temporary), to })
}

/// The directory something is to be in, and its path there, symbolic links followed.
fn place(path: &Path) -> Result<(PathBuf, PathBuf)> {
    let to = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = match to.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => to.clone(),
    };
    match directory.is_dir() {
        true => Ok((directory, to)),
        false => Err(Error::usage(format!(
            "failed to save image: invalid output path: directory {directory:?} does not exist"
        ))),
    }
}

/// The same for what is to be a file, and may replace one.
fn file_place(path: &Path) -> Result<(PathBuf, PathBuf)> {
    let (directory, to) = place(path)?;
    match fs::metadata(&to).map(|found| found.file_type()) {
        Ok(kind) if kind.is_dir() => Err(failed(path, Errno::ISDIR)),
        Ok(kind) if !kind.is_file() => Err(no_file(path, kind)),
        _ => Ok((directory, to)),
    }
}

fn failed(path: &Path, cause: impl Into<io::Error>) -> Error {
    Error::usage(format!("failed to save image: open {}", path.display())).why(cause.into())
}

fn no_file(path: &Path, kind: fs::FileType) -> Error {
    let got = match kind {
        kind if kind.is_char_device() || kind.is_block_device() => "device",
        kind if kind.is_fifo() => "named pipe",
        kind if kind.is_socket() => "socket",
        _ => "special file",
    };
    let what =
        format!("failed to save image: invalid output path: {path:?} must be a directory or a regular file");
    Error::usage(what).because(format!("got a {got}")).fix("leave out -o, and redirect standard output")
}
