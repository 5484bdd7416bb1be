//! What a container is doing, and which move is allowed from where. Pure but for reading its file.

use crate::durable::{self, Durability};
use crate::error::{Context, Error, Kind, Result};
use crate::runtime::launcher::Processes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A container's state, as its file has it. No file is [`State::Created`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum State {
    /// Never started.
    #[default]
    Created,
    /// Its first process is executing, or about to.
    Running {
        /// When it was started.
        started: Timestamp,
        /// Who runs it. Counts only in the boot `boot`.
        processes: Processes,
        /// /proc/sys/kernel/random/boot_id.
        boot: String,
    },
    /// It has ended, or never came to run.
    Exited {
        /// When it was started; `None` when it never came to run.
        started: Option<Timestamp>,
        /// When it ended.
        finished: Timestamp,
        /// The exit code, 128 and the signal's number when one killed it.
        code: i32,
        /// What went wrong, when rcon knows.
        error: String,
    },
}

const FILE: &str = "state.json";

impl State {
    /// Reads the state in a container's folder.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when the file is damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                Error::new(Kind::Invalid, format!("{} is damaged", path.display()))
                    .why(error)
                    .fix("rcon rm -f removes the container")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::Created),
            Err(error) => Err(error).what(|| format!("reading {}", path.display())),
        }
    }

    /// Writes it; the end of a container also on a full disk, in place of how it ran.
    pub fn write(&self, folder: &Path, durability: Durability) -> Result<()> {
        let text = serde_json::to_vec(self).what(|| "writing a state")?;
        let path = folder.join(FILE);
        match durable::put(&path, &text, durability) {
            Err(error) if matches!(error.errno(), Some(libc::ENOSPC | libc::EDQUOT)) => {
                durable::overwrite(&path, &text).map_err(|_| error)
            }
            written => written,
        }
    }

    /// docker's word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running { .. } => "running",
            Self::Exited { .. } => "exited",
        }
    }

    /// The processes, while it runs.
    pub fn processes(&self) -> Option<&Processes> {
        match self {
            Self::Running { processes, .. } => Some(processes),
            _ => None,
        }
    }

    /// The exit code; 0 for what has not ended.
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::Exited { code, .. } => *code,
            _ => 0,
        }
    }
}

/// This boot's identity.
pub fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(State::read(folder.path()).unwrap(), State::Created);
        let state =
            State::Exited { started: None, finished: Timestamp::now(), code: 127, error: "no".into() };
        state.write(folder.path(), Durability::Kill).unwrap();
        assert_eq!(State::read(folder.path()).unwrap(), state);
    }

    #[test]
    fn a_state_is_written_over_a_longer_one_where_there_is_no_room_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let long = State::Exited {
            started: Some(Timestamp::now()),
            finished: Timestamp::now(),
            code: 1,
            error: "x".repeat(99),
        };
        long.write(folder.path(), Durability::Kill).unwrap();
        durable::overwrite(&path, b"{\"status\":\"created\"}").unwrap();
        assert_eq!(State::read(folder.path()).unwrap(), State::Created);
    }

    #[test]
    fn a_damaged_state_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().unwrap();
        durable::replace(&folder.path().join(FILE), b"{\"status\":").unwrap();
        assert_eq!(State::read(folder.path()).unwrap_err().kind, Kind::Invalid);
    }
}
