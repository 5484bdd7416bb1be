//! What `build` leaves for scripts: the image's id, `--iidfile`, `--metadata-file`.

use crate::build::Built;
use crate::build::call::Answer;
use crate::build::wish::{BuildWish, Call};
use crate::durable;
use crate::error::{Context, Error, Result};
use crate::output::Ui;
use std::io::{ErrorKind, IsTerminal};

/// A tar is not shown to people.
///
/// # Errors
/// Usage in buildx's words, when standard output is a terminal and a tar is to go there.
pub(super) fn refuse_terminal(wish: &BuildWish) -> Result<()> {
    let stream = wish.outputs.iter().find(|output| output.destination.as_deref() == Some("-"));
    match stream {
        Some(output) if wish.call == Call::Build && std::io::stdout().is_terminal() => {
            let kind = format!("{:?}", output.kind).to_lowercase();
            Err(Error::usage(format!(
                "dest file is required for {kind} exporter. refusing to write to console"
            )))
        }
        _ => Ok(()),
    }
}

/// Removes the file of an id of long ago, so that nobody takes it for this build's.
///
/// # Errors
/// Of the file system.
pub(super) fn forget(wish: &BuildWish) -> Result<()> {
    let Some(path) = &wish.iid_file else { return Ok(()) };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).what(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Prints what `--call` gave; the exit code.
///
/// # Errors
/// Of standard output.
pub(super) fn answer(answer: &Answer, wish: &BuildWish, ui: &mut Ui) -> Result<u8> {
    ui.print(answer.shown(wish.call_format))?;
    Ok(u8::from(answer.failed))
}

/// Writes the files, and prints the id when nothing else is printed.
///
/// # Errors
/// Of the file system.
pub(super) fn tell(wish: &BuildWish, built: &Built, quiet: bool, ui: &mut Ui) -> Result<()> {
    if wish.call != Call::Build {
        return Ok(());
    }
    if let Some(path) = &wish.metadata_file {
        let text = serde_json::to_vec_pretty(&built.metadata).what(|| "writing the metadata")?;
        durable::replace(path, &text)?;
    }
    // What is no image has no id, and docker leaves an empty file then.
    let id = built.id.map(|id| id.to_string()).unwrap_or_default();
    if let Some(path) = &wish.iid_file {
        durable::replace(path, id.as_bytes())?;
    }
    if quiet && !id.is_empty() {
        ui.line(id)?;
    }
    Ok(())
}
