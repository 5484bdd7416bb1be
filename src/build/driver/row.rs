//! What the stages of a graph have so far, and how they are shown.

use super::{Driver, Row, StepFailed};
use crate::build::progress::event::VertexId;
use crate::build::stage::{Base, Origin, StagePlan, Step};
use crate::build::steps::BuiltStep;
use crate::error::{Error, Kind, Result};
use crate::oci::digest::Digest;
use crate::storage::layers::stacked;

impl<'a> Driver<'a> {
    pub(super) fn plan(&self, stage: usize) -> &'a StagePlan {
        match &self.graph.stages[stage] {
            Some(plan) => plan,
            None => unreachable!("only stages that were planned have a row"),
        }
    }

    pub(super) fn row(&mut self, stage: usize) -> &mut Row {
        match &mut self.rows[stage] {
            Some(row) => row,
            None => unreachable!("only stages that were planned are worked on"),
        }
    }

    pub(super) fn is_done(&self, stage: usize) -> bool {
        self.rows[stage].as_ref().is_some_and(|row| row.done)
    }

    /// As it is shown: `[build 2/4] `, with the platform where there are several.
    pub(super) fn prefix(&self, stage: usize, number: usize) -> String {
        let plan = self.plan(stage);
        let steps = plan.steps.iter().filter(|step| step.work.is_some()).count();
        let from = first_step(plan);
        let total = steps + from;
        let width = total.to_string().len();
        let alone = self.graph.stages.len() == 1 && !plan.is_named;
        let name = if alone { "" } else { plan.name.as_str() };
        let platform = self.means.platform_shown.unwrap_or_default();
        let words = [platform, name].into_iter().filter(|word| !word.is_empty());
        let before: String = words.map(|word| format!("{word} ")).collect();
        format!("[{before}{number:>width$}/{total}] ")
    }

    pub(super) fn announce_bases(&mut self) {
        for stage in 0..self.graph.stages.len() {
            let Some(plan) = &self.graph.stages[stage] else { continue };
            if let Base::Image(_) = plan.base {
                let name = format!("{}FROM {}", self.prefix(stage, 1), plan.base_shown);
                let vertex = self.means.report.announce(name);
                self.means.report.cached(vertex);
                self.row(stage).from = Some(vertex);
            }
        }
    }

    /// The step's line on the display.
    pub(super) fn vertex(&mut self, stage: usize, step: &Step) -> VertexId {
        let next = self.row(stage).next;
        if let Some(vertex) = self.row(stage).vertices[next] {
            return vertex;
        }
        let plan = self.plan(stage);
        let before = plan.steps[..next].iter().filter(|step| step.work.is_some()).count();
        let number = before + 1 + first_step(plan);
        let vertex = self.means.report.announce(format!("{}{}", self.prefix(stage, number), step.shown));
        self.row(stage).vertices[next] = Some(vertex);
        vertex
    }

    pub(super) fn failed(&mut self, stage: usize, step: &Step, error: Error) -> StepFailed {
        let row = self.row(stage);
        let is_new = row.vertices[row.next].is_none();
        let vertex = self.vertex(stage, step);
        if is_new {
            self.means.report.start(vertex);
        }
        self.means.report.failed(vertex, error.to_string());
        StepFailed { lines: Some(step.lines), error }
    }

    /// The step is through, and gave this layer.
    pub(super) fn take(&mut self, stage: usize, diff_id: Digest, keys: Vec<Digest>) {
        let next = self.row(stage).next;
        let description = self.plan(stage).steps[next].shown.clone();
        let row = self.row(stage);
        row.built.steps.push(BuiltStep { keys, diff_id, description });
        row.built.layers.push(diff_id);
        row.next += 1;
    }

    /// The layers of a stage or an image; `None` for what has none.
    pub(super) fn origin_layers(&self, origin: &Origin) -> Option<Vec<Digest>> {
        match origin {
            Origin::Context | Origin::Folder(_) => None,
            Origin::Stage(number) => self.rows[*number].as_ref().map(|row| row.built.layers.clone()),
            Origin::Image(number) => Some(self.bases.get(*number).config.rootfs.diff_ids.clone()),
        }
    }

    /// Names of the folders of layers, the topmost first, as an overlay is given them.
    pub(super) fn folders(&self, layers: &[Digest]) -> Result<Vec<String>> {
        let folder = |diff_id: &Digest| {
            if let Some((_, folder)) = self.unpublished.iter().find(|(known, _)| known == diff_id) {
                return Ok(folder.clone());
            }
            let diff = self.means.store.layers().diff(diff_id, &self.means.making.map);
            let name = diff.and_then(|diff| {
                let below = diff.strip_prefix(self.means.store.root().join("layers")).ok()?;
                Some(below.to_string_lossy().into_owned())
            });
            name.ok_or_else(|| {
                Error::new(Kind::System, format!("layer {diff_id} has vanished from the store"))
            })
        };
        Ok(stacked(layers.iter().rev().map(folder).collect::<Result<_>>()?))
    }

    /// Where the files of a stage, an image or a named folder are.
    pub(super) fn tree_of(&self, origin: &Origin) -> Result<std::path::PathBuf> {
        let Some(inside) = &self.inside else { return Err(Error::new(Kind::System, "outside of U0")) };
        match origin {
            Origin::Context => {
                let itself = || inside.trees.host(&self.means.context.root);
                self.sources.mountable(|| inside.work.folder(), itself)
            }
            Origin::Folder(number) => inside.trees.host(&self.means.folders[*number].root),
            other => {
                let layers = self.origin_layers(other).unwrap_or_default();
                inside.trees.path(&inside.work, &self.folders(&layers)?)
            }
        }
    }

    pub(super) fn platform(&self, stage: usize) -> String {
        let config = &self.plan(stage).config;
        format!("{}/{}", config.os, config.architecture)
    }
}

/// How many steps of a stage are its `FROM`: none where it begins with nothing, or with a stage that is shown itself.
fn first_step(plan: &StagePlan) -> usize {
    usize::from(matches!(plan.base, Base::Image(_)))
}
