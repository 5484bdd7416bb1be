//! What `docker build --check` prints.

use super::super::excerpt::excerpt;
use super::Warning;
use std::fmt::Write as _;

/// All warnings, by line, each with its rule and the lines around. What goes wrong beside is not told here.
#[must_use]
pub fn report(source: &str, name: &str, warnings: &[Warning]) -> String {
    let mut out = match warnings.len() {
        0 => return "Check complete, no warnings found.\n".to_owned(),
        1 => "Check complete, 1 warning has been found!\n".to_owned(),
        count => format!("Check complete, {count} warnings have been found!\n"),
    };
    let mut sorted: Vec<&Warning> = warnings.iter().collect();
    sorted.sort_by_key(|warning| warning.lines.first);
    for Warning { rule, url, detail, lines, .. } in sorted {
        // Writing to a String cannot fail.
        let _ = write!(out, "\nWARNING: {rule} - {url}\n{detail}\n{}", excerpt(source, name, *lines));
    }
    out
}
