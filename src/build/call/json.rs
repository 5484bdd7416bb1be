//! BuildKit's way to say where something is.

use crate::dockerfile::ast::Lines;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// One range of lines.
pub(super) fn location(lines: Lines) -> Value {
    json!({ "ranges": [{ "start": { "line": lines.first }, "end": { "line": lines.last } }] })
}

/// A file.
pub(super) fn data(text: &str) -> String {
    STANDARD.encode(text)
}
