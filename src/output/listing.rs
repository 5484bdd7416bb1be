//! The lists of docker: rows through `--format` or the table of the command.
//!
//! The format of a table is itself a template (`table {{.ID}}\t{{.Image}}`). One that only names fields,
//! as those of all commands do, is filled in here; the engine is started for everything else.

use super::table::Table;
use super::template::{Dot, Template, json_line};
use crate::error::Result;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What begins a format that is a table.
const TABLE: &str = "table";

/// What a list command knows before it has rows.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The header of each field that can stand in a table: `("ID", "CONTAINER ID")`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The format when none is given: `table {{.ID}}\t…`, or `{{.ID}}` with `-q`.
    pub default: &'a str,
    /// What `--format raw` stands for, in the commands that have it.
    pub raw: Option<&'a str>,
}

/// One item of a list.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The fields by their template names.
    pub fields: Map<String, Json>,
    /// What `.Label "key"` looks up.
    pub labels: BTreeMap<String, String>,
}

impl Row {
    /// A row of texts.
    pub fn of<const COUNT: usize>(fields: [(&str, String); COUNT]) -> Self {
        let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), Json::String(value)));
        Self { fields: fields.collect(), labels: BTreeMap::new() }
    }
}

impl Listing<'_> {
    /// The complete text for `rows`: `format` is what the user gave to `--format`, or has in the
    /// configuration file.
    ///
    /// # Errors
    /// `template parsing error: …` for a template that cannot be parsed, or names a field there is not.
    pub fn render(&self, format: Option<&str>, rows: &[Row]) -> Result<String> {
        let format = match (format, self.raw) {
            (None | Some("" | TABLE), _) => self.default,
            (Some("raw"), Some(raw)) => raw,
            (Some(format), _) => format,
        };
        if format == "json" {
            return Ok(rows.iter().map(|row| sorted_json(&row.fields) + "\n").collect());
        }
        match format.strip_prefix(TABLE) {
            Some(source) => self.table(source, rows),
            None => {
                let lines = each_row(source_lines(format)?, rows)?;
                Ok(lines.into_iter().map(|line| line + "\n").collect())
            }
        }
    }

    fn table(&self, source: &str, rows: &[Row]) -> Result<String> {
        let source = source_lines(source)?;
        let headers: Map<String, Json> =
            self.headers.iter().map(|(field, header)| ((*field).to_owned(), Json::from(*header))).collect();
        let mut table = Table::list();
        table.push(&match source.simple().and_then(|pieces| fill(&pieces, &headers)) {
            Some(line) => line,
            None => source.template()?.run_headers(&Dot::with_label(&headers, label_header)),
        });
        each_row(source, rows)?.iter().for_each(|line| table.push(line));
        Ok(table.to_string())
    }
}

/// The header that docker makes of a label's key: `com.example.some-thing` has `SOME THING`.
fn label_header(key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    last.replace(['-', '_'], " ").to_uppercase()
}

/// One line per object with its keys sorted, as docker's lists have them.
fn sorted_json(fields: &Map<String, Json>) -> String {
    let sorted: BTreeMap<_, _> = fields.iter().collect();
    json_line(&sorted.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn each_row(source: Source, rows: &[Row]) -> Result<Vec<String>> {
    let pieces = source.simple();
    let mut engine = None;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(line) = pieces.as_ref().and_then(|pieces| fill(pieces, &row.fields)) {
            lines.push(line);
            continue;
        }
        let template = match &engine {
            Some(template) => template,
            None => engine.insert(source.template()?),
        };
        let labels = row.labels.clone();
        let label = move |key: &str| labels.get(key).cloned().unwrap_or_default();
        lines.push(template.run(&Dot::with_label(&row.fields, label))?);
    }
    Ok(lines)
}

/// The template of a list: without the blanks around it, and with `\t` and `\n` expanded, which docker does
/// for lists and not for `inspect`. One that is not simple was parsed once, so that a wrong template
/// is an error without rows as well.
struct Source(String);

fn source_lines(format: &str) -> Result<Source> {
    let source = Source(format.trim_matches(' ').replace("\\t", "\t").replace("\\n", "\n"));
    if source.simple().is_none() {
        source.template()?;
    }
    Ok(source)
}

/// A part of a simple template.
enum Piece<'a> {
    Text(&'a str),
    Field(&'a str),
}

impl Source {
    fn template(&self) -> Result<Template> {
        Template::parse_for_rows(&self.0)
    }

    /// The parts, where all actions are `{{.Field}}`.
    fn simple(&self) -> Option<Vec<Piece<'_>>> {
        let mut pieces = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((text, after)) = rest.split_once("{{") {
            let (action, after) = after.split_once("}}")?;
            let field = action.trim_matches(' ').strip_prefix('.')?;
            let named = field.starts_with(|c: char| c.is_ascii_alphabetic())
                && field.bytes().all(|c| c.is_ascii_alphanumeric());
            if !named || field == "Label" {
                return None;
            }
            pieces.extend([Piece::Text(text), Piece::Field(field)]);
            rest = after;
        }
        pieces.push(Piece::Text(rest));
        Some(pieces)
    }
}

/// The line of a simple template; `None` where only the engine knows how a value prints, or how to say
/// that it is missing.
fn fill(pieces: &[Piece<'_>], fields: &Map<String, Json>) -> Option<String> {
    let mut line = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => line.push_str(text),
            Piece::Field(name) => match fields.get(*name)? {
                Json::String(text) => line.push_str(text),
                Json::Bool(flag) => line.push_str(if *flag { "true" } else { "false" }),
                Json::Number(number) if !number.is_f64() => line.push_str(&number.to_string()),
                _ => return None,
            },
        }
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTAINERS: Listing<'static> = Listing {
        headers: &[("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Names", "NAMES"), ("Size", "SIZE")],
        default: "table {{.ID}}\\t{{.Image}}\\t{{.Names}}",
        raw: Some("container_id: {{.ID}}\\nimage: {{.Image}}\\n"),
    };

    fn row(id: &str, image: &str, name: &str) -> Row {
        let fields = [("Names", name), ("ID", id), ("Image", image)];
        Row {
            fields: fields.iter().map(|(field, value)| ((*field).to_owned(), Json::from(*value))).collect(),
            labels: BTreeMap::from([("com.example.some-thing".to_owned(), format!("label of {name}"))]),
        }
    }

    fn rows() -> [Row; 2] {
        [row("0123456789ab", "alpine", "web"), row("ba9876543210", "ghcr.io/x/long-name:1", "")]
    }

    fn render(format: &str) -> String {
        CONTAINERS.render(Some(format), &rows()).unwrap_or_else(|error| panic!("{format}: {error}"))
    }

    #[test]
    fn without_a_format_it_is_the_table_of_the_command() {
        let table = "CONTAINER ID   IMAGE                   NAMES\n\
                     0123456789ab   alpine                  web\n\
                     ba9876543210   ghcr.io/x/long-name:1   \n";
        assert_eq!(CONTAINERS.render(None, &rows()).unwrap(), table);
        assert_eq!(render("table"), table);
        assert_eq!(render(""), table);
        assert_eq!(CONTAINERS.render(None, &[]).unwrap(), "CONTAINER ID   IMAGE     NAMES\n");
    }

    #[test]
    fn the_engine_and_the_quick_way_agree() {
        for (quick, engine) in [
            ("table {{.ID}}\\t{{ .Names }}", "table {{print .ID}}\\t{{.Names | print}}"),
            ("{{.ID}}: {{.Image}}\\n", "{{print .ID}}: {{.Image}}\\n"),
            ("}} {{.ID}}", "}} {{print .ID}}"),
        ] {
            assert!(Source(quick.to_owned()).simple().is_some());
            assert!(Source(engine.to_owned()).simple().is_none());
            assert_eq!(render(quick), render(engine));
        }
    }

    #[test]
    fn json_is_one_object_per_line_with_sorted_keys() {
        let first = r#"{"ID":"0123456789ab","Image":"alpine","Names":"web"}"#;
        assert_eq!(render("json").lines().next(), Some(first));
        assert_eq!(render("{{json .}}"), render("json"));
        assert_eq!(render("{{json .Names}}"), "\"web\"\n\"\"\n");
        assert_eq!(CONTAINERS.render(Some("json"), &[]).unwrap(), "");
    }

    #[test]
    fn raw_and_plain_templates_have_no_header() {
        assert!(render("raw").starts_with("container_id: 0123456789ab\nimage: alpine\n\ncontainer_id: ba"));
        assert_eq!(render("{{.ID}}"), "0123456789ab\nba9876543210\n");
        let plain = Listing { raw: None, ..CONTAINERS };
        assert_eq!(plain.render(Some("raw"), &rows()).unwrap(), "raw\nraw\n");
    }

    #[test]
    fn labels_are_a_method_and_head_their_column() {
        assert_eq!(
            render("table {{.Label \"com.example.some-thing\"}}\\t{{.Label \"none\"}}\\t{{.ID}}"),
            "SOME THING     NONE      CONTAINER ID\n\
             label of web             0123456789ab\n\
             label of                 ba9876543210\n"
        );
        assert_eq!(
            render("{{if eq (.Label \"com.example.some-thing\") \"label of web\"}}{{.Names}}{{end}}"),
            "web\n\n"
        );
        assert_eq!(render("{{\"com.example.some-thing\" | .Label | upper}}"), "LABEL OF WEB\nLABEL OF \n");
        for wrong in ["{{.Label}}", "{{.Label 1}}", "{{.Label \"a\" \"b\"}}"] {
            assert!(CONTAINERS.render(Some(wrong), &rows()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn functions_leave_headers_alone() {
        assert_eq!(
            render("table {{json .ID}}\\t{{upper .Names}}\\t{{truncate .Image 3}}").lines().next(),
            Some("CONTAINER ID     NAMES     IMAGE")
        );
        assert_eq!(render("table {{range split .Names \"e\"}}{{.}};{{end}}"), "\nw;b;\n;\n");
        assert_eq!(CONTAINERS.render(Some("table {{.Nope}}"), &[]).unwrap(), "<no value>\n");
    }

    #[test]
    fn wrong_templates_are_told_with_and_without_rows() {
        let words = |format, rows: &[Row]| CONTAINERS.render(Some(format), rows).unwrap_err().to_string();
        let nope =
            "template parsing error: template: :1:2: executing \"\" at <.Nope>: can't evaluate field Nope";
        assert_eq!(words("{{.Nope}}", &rows()), nope);
        assert_eq!(words("table {{.Nope}}", &rows()), nope);
        assert_eq!(words("{{.ID", &[]), "template parsing error: template: :1: unclosed action");
        assert_eq!(
            words("{{nofunc .}}", &[]),
            "template parsing error: template: :1: function \"nofunc\" not defined"
        );
    }
}
