//! What the linter found, told again at the end of a build that worked.

use super::trace::Warning;
use std::io::{self, Write};

/// The summary; yellow when there are `colors`.
pub(super) fn show(warnings: &[&Warning], colors: bool, out: &mut dyn Write) -> io::Result<()> {
    let found = match warnings.len() {
        0 => return Ok(()),
        1 => "1 warning found".to_owned(),
        count => format!("{count} warnings found"),
    };
    let (begin, end) = if colors { ("\x1b[33m", "\x1b[0m") } else { ("", "") };
    write!(out, "\n {begin}{found} (use docker --debug to expand):\n{end}")?;
    for warning in warnings {
        writeln!(out, " - {}", warning.short)?;
    }
    Ok(())
}
