//! `--call=targets`: the stages that can be built.

use super::{Answer, json};
use crate::build::whole::Text;
use crate::dockerfile::ast::{Dockerfile, Stage};
use crate::output::table::Table;
use serde_json::{Value, json};

pub(super) fn answer(file: &Dockerfile, source: &Text) -> Answer {
    let last = file.stages.len().saturating_sub(1);
    let stages = || file.stages.iter().enumerate().map(|(number, stage)| (stage, number == last));
    let mut table = Table::new(0, 1);
    table.push("TARGET\tDESCRIPTION");
    stages().for_each(|(stage, is_default)| table.push(&line(stage, is_default)));
    let targets: Vec<Value> = stages().map(|(stage, is_default)| target(stage, is_default)).collect();
    let json = json!({ "targets": targets, "sources": [json::data(&source.text)] });
    Answer { text: table.to_string(), json, failed: false }
}

fn line(stage: &Stage, is_default: bool) -> String {
    let words = [stage.name.as_deref(), is_default.then_some("(default)")];
    let name: Vec<&str> = words.into_iter().flatten().collect();
    format!("{}\t{}", name.join(" "), stage.comment.as_deref().unwrap_or_default())
}

fn target(stage: &Stage, is_default: bool) -> Value {
    let mut target = serde_json::Map::new();
    if let Some(name) = &stage.name {
        target.insert("name".to_owned(), name.clone().into());
    }
    if is_default {
        target.insert("default".to_owned(), true.into());
    }
    if let Some(comment) = &stage.comment {
        target.insert("description".to_owned(), comment.clone().into());
    }
    target.insert("base".to_owned(), stage.base.clone().into());
    target.insert("location".to_owned(), json::location(stage.lines));
    target.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_as_docker_does() {
        let text = "FROM bb\n# x the one\nFROM bb AS x\n";
        let source = Text { name: "Dockerfile".to_owned(), text: text.to_owned() };
        let answer = answer(&crate::dockerfile::parse(text.as_bytes()).unwrap(), &source);
        assert_eq!(answer.text, "TARGET      DESCRIPTION\n            \nx (default) the one\n");
        assert_eq!(
            answer.json["targets"][0],
            json!({ "base": "bb", "location": json::location(crate::dockerfile::ast::Lines { first: 1, last: 1 }) })
        );
    }
}
