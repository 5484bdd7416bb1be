//! `rcon buildx history`, a file for each of its verbs.

pub mod inspect;
pub mod list;
pub mod logs;
pub mod rm;

use crate::engine::host::Engine;
use crate::error::Result;
use crate::output::Ui;

/// One of the verbs, with its arguments.
#[derive(Debug, Clone)]
pub enum History {
    /// `rcon buildx history inspect`
    Inspect(inspect::InspectArgs),
    /// `rcon buildx history ls`
    List(list::ListArgs),
    /// `rcon buildx history logs`
    Logs(logs::LogsArgs),
    /// `rcon buildx history rm`
    Rm(rm::RmArgs),
}

impl History {
    /// Runs it.
    pub fn run(self, engine: &Engine, ui: &mut Ui) -> Result<u8> {
        match self {
            Self::Inspect(args) => args.run(engine, ui),
            Self::List(args) => args.run(engine, ui),
            Self::Logs(args) => args.run(engine, ui),
            Self::Rm(args) => args.run(engine, ui),
        }
    }
}

/// `0.2s`, `1m 4s`, `1h 2m`: how long a build took.
fn took(seconds: f64) -> String {
    let whole = seconds as u64;
    match whole {
        0..60 => format!("{seconds:.1}s"),
        60..3600 => format!("{}m {:2}s", whole / 60, whole % 60),
        _ => format!("{}h {:2}m", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::took;

    #[test]
    fn a_duration_has_two_parts_at_most() {
        for (seconds, text) in [(0.04, "0.0s"), (9.93, "9.9s"), (64.0, "1m  4s"), (3725.0, "1h  2m")] {
            assert_eq!(took(seconds), text);
        }
    }
}
