//! `--check`: what the linter says, and what would keep the file from being built.

use super::{Answer, json};
use crate::build::driver::StepFailed;
use crate::build::findings::{self, About, Findings};
use crate::build::graph::Graph;
use crate::build::stage::Wrong;
use crate::build::whole::Text;
use crate::build::wish::BuildWish;
use crate::dockerfile::ast::Dockerfile;
use crate::dockerfile::excerpt::excerpt;
use crate::dockerfile::lint::{Warning, report};
use serde_json::{Value, json};

/// Plans a stage of a file, or its last one.
type Plan<'a> = dyn FnMut(&Dockerfile, Option<&str>) -> Result<Graph, Wrong> + 'a;

/// Plans the target, or all stages when none is named: the linter wants to know of their images.
pub(super) fn planned(
    file: &Dockerfile,
    wish: &BuildWish,
    plan: &mut Plan<'_>,
) -> Result<Option<Graph>, Wrong> {
    if let Some(target) = &wish.target {
        return plan(file, Some(target)).map(Some);
    }
    (0..file.stages.len()).try_for_each(|stage| plan(file, Some(&stage.to_string())).map(drop))?;
    Ok(None)
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    warnings: Vec<Warning>,
    fault: Option<StepFailed>,
}

impl Found {
    /// The file is none.
    pub(super) fn broken(fault: StepFailed) -> Self {
        Self { warnings: Vec::new(), fault: Some(fault) }
    }

    pub(super) fn of(file: &Dockerfile, about: &About<'_>, planned: Result<Option<Graph>, Wrong>) -> Self {
        let found = match &planned {
            Ok(Some(graph)) => findings::of_build(file, about, Ok(std::slice::from_ref(graph))),
            Ok(None) => findings::of_stages(file, about, None),
            Err(_) => findings::of_failed(file, about),
        };
        match found {
            Err(fault) => Self::broken(fault),
            Ok(Findings { warnings, fault, violation }) => {
                let planned = planned.err().map(StepFailed::from);
                Self { warnings, fault: fault.map(super::faulty).or(planned).or(violation) }
            }
        }
    }

    pub(super) fn answer(self, wish: &BuildWish, source: &Text) -> Answer {
        let ignored = wish.call_ignores_status;
        Answer {
            text: self.text(source),
            json: self.json(source),
            failed: self.fault.is_some() || (!self.warnings.is_empty() && !ignored),
        }
    }

    fn text(&self, source: &Text) -> String {
        let warnings = report(&source.text, &source.name, &self.warnings);
        let Some(fault) = &self.fault else { return warnings };
        let mut text = if self.warnings.is_empty() { String::new() } else { warnings + "\n" };
        text.push_str(&format!("ERROR: {}\n", fault.error));
        if let Some(lines) = fault.lines {
            text.push_str(&excerpt(&source.text, &source.name, lines));
        }
        text + "\n"
    }

    fn json(&self, source: &Text) -> Value {
        let mut warnings: Vec<&Warning> = self.warnings.iter().collect();
        warnings.sort_by_key(|warning| warning.lines.first);
        let warnings: Vec<Value> = warnings.into_iter().map(warning).collect();
        let mut all = json!({
            "warnings": if warnings.is_empty() { Value::Null } else { warnings.into() },
            "sources": [
                { "filename": source.name, "data": json::data(&source.text), "language": "Dockerfile" }
            ],
        });
        if let Some(fault) = &self.fault {
            let lines = fault.lines.filter(|lines| lines.first > 0);
            all["buildError"] = json!({
                "message": fault.error.to_string(),
                "location": lines.map_or_else(|| json!({}), json::location),
            });
        }
        all
    }
}

fn warning(warning: &Warning) -> Value {
    json!({
        "ruleName": warning.rule,
        "description": warning.description,
        "url": warning.url,
        "detail": warning.detail,
        "location": json::location(warning.lines),
    })
}
