//! `ps`: which containers there are, and what they do.

mod filter;
mod pattern;
mod row;
mod weigh;

pub use filter::Filters;
pub use row::{IDS, Size, TABLE, TABLE_WITH_SIZE, View, row};
pub use weigh::Scale;

use super::host::Engine;
use super::networks::{of, ports, publish, settings};
use super::record::Record;
use super::state::State;
use crate::error::Result;
use crate::ids::ContainerId;
use crate::network::port::Published;
use jiff::Timestamp;
use std::cmp::Reverse;

/// A container as a list sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The container.
    pub id: ContainerId,
    /// Its name; empty where it cannot be read.
    pub name: String,
    /// When it was created.
    pub created: Timestamp,
    /// What it does.
    pub standing: Standing,
    /// What it was created as; `None` where that cannot be read.
    pub record: Option<Record>,
    /// The ids and names of its networks.
    pub networks: Vec<(String, String)>,
    /// What is published of it now.
    pub published: Vec<Published>,
}

/// What a container does, in docker's terms: one whose start failed was only created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It never came to run; the code is that of a start that failed, else 0.
    Created { code: i32 },
    /// It runs.
    Running { since: Timestamp },
    /// It has ended.
    Exited { code: i32, at: Timestamp },
    /// Its files are damaged, so that it can only be removed.
    Dead,
}

impl Standing {
    /// What the state on file means.
    pub fn of(state: &State) -> Self {
        match state {
            State::Created => Self::Created { code: 0 },
            State::Running { started, .. } => Self::Running { since: *started },
            State::Exited { started: None, code, .. } => Self::Created { code: *code },
            State::Exited { finished, code, .. } => Self::Exited { code: *code, at: *finished },
        }
    }

    /// docker's word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Running { .. } => "running",
            Self::Exited { .. } => "exited",
            Self::Dead => "dead",
        }
    }
}

impl Seen {
    /// The ports it listens on while it runs.
    fn ports(&self) -> String {
        let runs = matches!(self.standing, Standing::Running { .. });
        let record = self.record.as_ref().filter(|record| runs && of::has_ports(&record.wish.network));
        record.map(|record| ports::cell(record, &self.published)).unwrap_or_default()
    }
}

/// Which containers a list has.
#[derive(Debug, Default)]
pub struct Selection {
    /// Those that do not run as well.
    pub all: bool,
    /// Only so many, those that were created last, in any state.
    pub last: Option<usize>,
    /// Only those that these accept.
    pub filters: Filters,
}

/// The containers that are asked for, the newest first. One that goes away meanwhile is left out.
pub fn list(engine: &Engine, selection: &Selection) -> Result<Vec<Seen>> {
    let Selection { all, last, filters } = selection;
    let in_any_state = *all || last.is_some() || filters.in_any_state;
    let mut found: Vec<Seen> = Vec::new();
    for id in engine.containers.ids()? {
        found.extend(see(engine, &id, in_any_state).filter(|seen| filters.accept(seen)));
    }
    // Ids decide between two of the same moment, so that every call has the same order.
    found.sort_unstable_by_key(|seen| Reverse((seen.created, seen.id)));
    found.truncate(last.unwrap_or(usize::MAX));
    Ok(found)
}

/// Reads a container. `None` for one that went away, and for one that does not run unless it is asked for.
fn see(engine: &Engine, id: &ContainerId, in_any_state: bool) -> Option<Seen> {
    let mut standing = engine.observe(id).map_or(Standing::Dead, |state| Standing::of(&state));
    if !in_any_state && !matches!(standing, Standing::Running { .. }) {
        return None;
    }
    let record = engine.record(id).ok();
    let created = match &record {
        Some(record) => record.created,
        None => {
            standing = Standing::Dead;
            // The folder is younger than its container only by what was done in it since.
            let made = std::fs::metadata(engine.containers.folder(id)).ok()?.modified().ok()?;
            Timestamp::try_from(made).ok()?
        }
    };
    let name = engine.containers.name(id);
    if record.is_some() && name.is_none() && !engine.containers.folder(id).exists() {
        return None;
    }
    if !in_any_state && standing == Standing::Dead {
        return None;
    }
    let networks = record
        .as_ref()
        .map(|record| settings::names(&engine.containers.folder(id), record))
        .unwrap_or_default();
    let published = match standing {
        Standing::Running { .. } => publish::published(engine, id),
        _ => Vec::new(),
    };
    let name = name.unwrap_or_default();
    Some(Seen { id: *id, name, created, standing, record, networks, published })
}

/// How many containers do what, damaged ones among those that stand still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that run.
    pub running: usize,
    /// All others.
    pub stopped: usize,
}

/// Counts the containers without reading their records.
pub fn count(engine: &Engine) -> Result<Counts> {
    let mut counts = Counts::default();
    for id in engine.containers.ids()? {
        match engine.observe(&id) {
            Ok(State::Running { .. }) => counts.running += 1,
            _ => counts.stopped += 1,
        }
    }
    Ok(counts)
}

#[cfg(test)]
pub(in crate::engine) mod tests {
    use super::*;
    use crate::durable::{self, Durability};
    use crate::engine::record::{self, Record};
    use crate::engine::wish::Wish;
    use crate::oci::digest::Digest;
    use crate::paths::Paths;
    use std::collections::BTreeMap;

    pub(in crate::engine) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A container of alpine whose id is one digit over and over.
    pub(in crate::engine) fn seen(digit: &str, created: &str) -> Seen {
        let id = ContainerId::parse(&digit.repeat(64)).unwrap();
        let record = Record {
            version: record::VERSION,
            id,
            created: at(created),
            command_line: vec![],
            wish: Wish { image: "alpine".into(), ..Wish::default() },
            image: Digest::of(b"image"),
            image_name: "alpine".into(),
            platform: "linux/amd64".into(),
            layers: vec!["one".into(), "two".into()],
            layer_key: "single".into(),
            path: "/bin/sh".into(),
            arguments: vec![],
            environment: vec!["PATH=/bin".into()],
            labels: BTreeMap::from([("b".into(), "x=y".into()), ("a".into(), "1".into())]),
            user: String::new(),
            working_directory: String::new(),
            hostname: id.short(),
            mounts: vec![],
            entrypoint: None,
            command: Some(vec!["/bin/sh".into()]),
            exposed: vec![],
            stop_signal: libc::SIGTERM,
        };
        let standing = Standing::Created { code: 0 };
        let networks = vec![("b1".repeat(32), "bridge".to_owned())];
        let name = format!("name-{digit}");
        let record = Some(record);
        Seen { id, name, created: at(created), standing, record, networks, published: vec![] }
    }

    fn store() -> (tempfile::TempDir, Engine) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths {
            data: folder.path().join("data"),
            runtime: folder.path().join("run"),
            config: folder.path().join("config.json"),
        };
        let engine = Engine::open(paths).unwrap();
        (folder, engine)
    }

    fn keep(engine: &Engine, seen: &Seen, state: &State) {
        let draft = engine.containers.draft().unwrap();
        let text = serde_json::to_vec(seen.record.as_ref().unwrap()).unwrap();
        durable::replace(&draft.folder().join(record::FILE), &text).unwrap();
        state.write(draft.folder(), Durability::Kill).unwrap();
        engine.containers.commit(draft, &seen.id, &seen.name, Durability::Kill).unwrap().unwrap();
    }

    fn names(engine: &Engine, selection: Selection) -> Vec<String> {
        list(engine, &selection).unwrap().into_iter().map(|seen| seen.name).collect()
    }

    #[test]
    fn the_newest_comes_first_and_a_damaged_one_breaks_nothing() {
        let (_folder, engine) = store();
        let finished = at("2026-01-03T00:00:00Z");
        let exited = State::Exited { started: Some(finished), finished, code: 1, error: String::new() };
        keep(&engine, &seen("a", "2026-01-01T00:00:00Z"), &exited);
        keep(&engine, &seen("b", "2026-01-02T00:00:00Z"), &State::Created);
        let torn = seen("c", "2026-01-03T00:00:00Z");
        keep(&engine, &torn, &State::Created);
        durable::replace(&engine.containers.folder(&torn.id).join(record::FILE), b"{").unwrap();
        assert_eq!(
            names(&engine, Selection { all: true, ..Selection::default() }),
            ["name-c", "name-b", "name-a"]
        );
        assert_eq!(names(&engine, Selection { last: Some(2), ..Selection::default() }), ["name-c", "name-b"]);
        assert!(names(&engine, Selection::default()).is_empty());
        let dead = &list(&engine, &Selection { last: Some(1), ..Selection::default() }).unwrap()[0];
        assert_eq!(dead.standing, Standing::Dead);
        let filters = Filters::read(&[("status".into(), "exited".into())], |_| Ok(finished)).unwrap();
        assert_eq!(names(&engine, Selection { filters, ..Selection::default() }), ["name-a"]);
        assert_eq!(count(&engine).unwrap(), Counts { running: 0, stopped: 3 });
    }

    #[test]
    fn a_start_that_failed_is_no_run() {
        let failed = State::Exited {
            started: None,
            finished: at("2026-01-01T00:00:00Z"),
            code: 127,
            error: "no such file".into(),
        };
        assert_eq!(Standing::of(&failed), Standing::Created { code: 127 });
    }
}
