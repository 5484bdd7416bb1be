//! Containers and volumes: what is written down of them can be read, and what they need is here.

use super::{Checking, Outcome, Report};
use crate::engine::state::State;
use crate::error::Result;
use crate::ids::ContainerId;

impl Checking<'_> {
    pub(super) fn containers(&mut self) -> Result<()> {
        for id in self.engine.containers.ids()? {
            let Some(what) = self.wrong_with(&id) else { continue };
            // One that vanished meanwhile is not damaged.
            if self.engine.containers.folder(&id).exists() {
                self.checked.reports.push(Report {
                    what: format!("container {}: {what}", id.short()),
                    images: Vec::new(),
                    outcome: self.cannot(format!("rcon rm -f {}", id.short())),
                });
            }
        }
        Ok(())
    }

    fn wrong_with(&self, id: &ContainerId) -> Option<String> {
        let folder = self.engine.containers.folder(id);
        let record = match self.engine.record(id) {
            Ok(record) if record.id == *id => record,
            Ok(_) => return Some("the record of another container".to_owned()),
            Err(error) => return Some(error.to_string()),
        };
        if let Err(error) = State::read(&folder) {
            return Some(error.to_string());
        }
        if self.engine.containers.name(id).is_none() {
            return Some("its name is missing".to_owned());
        }
        if !folder.join("upper").is_dir() {
            return Some("its files are missing".to_owned());
        }
        let layers = self.store.root().join("layers");
        let missing = record.layers.iter().find(|layer| !layers.join(layer).is_dir());
        missing.map(|layer| format!("layer {layer} is missing"))
    }

    pub(super) fn volumes(&mut self) -> Result<()> {
        let volumes = self.engine.volumes();
        for name in volumes.names()? {
            let (what, outcome) = if !volumes.data(&name).is_dir() {
                ("its data is missing".to_owned(), self.cannot("its data cannot be made again".to_owned()))
            } else {
                match volumes.get(&name) {
                    Err(error) if self.wish.repair => {
                        volumes.describe_anew(&name)?;
                        (error.to_string(), Outcome::Repaired("written anew, without labels".to_owned()))
                    }
                    Err(error) => (error.to_string(), Outcome::Found),
                    Ok(_) => continue,
                }
            };
            let what = format!("volume {name}: {what}");
            self.checked.reports.push(Report { what, images: Vec::new(), outcome });
        }
        Ok(())
    }

    /// What nothing here can mend.
    fn cannot(&self, advice: String) -> Outcome {
        if self.wish.repair { Outcome::Left(advice) } else { Outcome::Found }
    }
}
