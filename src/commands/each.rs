//! Verbs that take several containers: each is tried, each that worked is echoed as it was typed, and one
//! failure makes the whole call fail with 1, as in docker.

use crate::engine::host::Engine;
use crate::error::Result;
use crate::ids::ContainerId;
use crate::output::Ui;

/// Does `act` to each of `words`.
pub(super) fn container(
    engine: &Engine,
    ui: &mut Ui,
    words: &[String],
    mut act: impl FnMut(&ContainerId, &str) -> Result<()>,
) -> Result<u8> {
    let mut code = 0;
    for word in words {
        match engine.containers.find(word).and_then(|id| act(&id, word)) {
            Ok(()) => ui.line(word)?,
            Err(error) => {
                ui.talk(format_args!("Error: {error}"));
                if let Some(hint) = error.hint() {
                    ui.talk(format_args!("hint: {hint}"));
                }
                code = 1;
            }
        }
    }
    Ok(code)
}
