//! `FROM`.

use super::super::ast::Stage;
use super::super::node::Node;
use super::super::quote::quoted;
use super::flags::{Flags, Takes};

pub(super) fn stage(node: &Node) -> Result<Stage, String> {
    let (base, as_written) = match node.words.as_slice() {
        [base] => (base, None),
        [base, keyword, name] if keyword.eq_ignore_ascii_case("as") => {
            (base, Some((keyword.clone(), name.clone())))
        }
        _ => return Err("FROM requires either one or three arguments".to_owned()),
    };
    let name = as_written.as_ref().map(|(_, name)| stage_name(name)).transpose()?;
    let flags = Flags::parse(&node.flags, &[("platform", Takes::Text)])?;
    Ok(Stage {
        base: base.clone(),
        platform: flags.filled("platform"),
        comment: name.as_deref().and_then(|name| description(&node.comments, name)),
        name,
        as_written,
        original: node.original.clone(),
        lines: node.lines,
        instructions: Vec::new(),
    })
}

fn stage_name(written: &str) -> Result<String, String> {
    let name = written.to_lowercase();
    let inside = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if name.starts_with(|first: char| first.is_ascii_lowercase()) && name.bytes().all(inside) {
        return Ok(name);
    }
    let written = quoted(written);
    Err(format!("invalid name for build stage: {written}, name can't start with a number or contain symbols"))
}

/// What a comment says of `name`: the rest of the first one that begins with it.
fn description(comments: &[String], name: &str) -> Option<String> {
    let of = |comment: &String| comment.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned);
    comments.iter().find_map(of)
}
