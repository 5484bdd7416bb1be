//! `COPY` and `ADD`.

use super::super::ast::{Copying, Heredoc};
use super::super::heredoc;
use super::super::node::Node;
use super::super::words::{Lexer, NoVariables};
use super::Fault;
use super::flags::{Flags, Takes};

pub(super) fn add(node: &Node) -> Result<Copying, Fault> {
    let known = [
        ("chown", Takes::Text),
        ("chmod", Takes::Text),
        ("link", Takes::Bool),
        ("keep-git-dir", Takes::Bool),
        ("checksum", Takes::Text),
        ("exclude", Takes::Texts),
        ("unpack", Takes::Bool),
    ];
    let (copying, flags) = copying(node, "ADD", &known)?;
    let checksum = flags.filled("checksum");
    if checksum.is_some() && copying.sources.len() != 1 {
        return Err(Fault::Later("checksum can't be specified for multiple sources".to_owned()));
    }
    let (keep_git_dir, unpack) = (flags.bool("keep-git-dir"), flags.bool("unpack"));
    Ok(Copying { checksum, keep_git_dir, unpack, ..copying })
}

pub(super) fn copy(node: &Node) -> Result<Copying, Fault> {
    let known = [
        ("chown", Takes::Text),
        ("chmod", Takes::Text),
        ("link", Takes::Bool),
        ("from", Takes::Text),
        ("exclude", Takes::Texts),
        ("parents", Takes::Bool),
    ];
    let (copying, flags) = copying(node, "COPY", &known)?;
    let from = flags.filled("from");
    if from.as_deref().is_some_and(|from| !is_constant(from)) {
        let told = "variable expansion is not supported for --from, define a new stage with FROM using ARG from \
                    global scope as a workaround";
        return Err(Fault::Later(told.to_owned()));
    }
    Ok(Copying { from, parents: flags.bool("parents") == Some(true), ..copying })
}

/// Nothing in the word is replaced or removed.
fn is_constant(word: &str) -> bool {
    Lexer::new('\\').word(word, &NoVariables).is_ok_and(|expanded| expanded.text == word)
}

fn copying(node: &Node, name: &str, known: &[(&'static str, Takes)]) -> Result<(Copying, Flags), String> {
    let [sources @ .., destination] = node.words.as_slice() else { return Err(too_few(name)) };
    if sources.is_empty() {
        return Err(too_few(name));
    }
    let flags = Flags::parse(&node.flags, known)?;
    if matches!(heredoc::of_word(destination), Ok(Some(_))) {
        return Err(format!("{name} cannot accept a heredoc as a destination"));
    }
    let mut copying = Copying {
        destination: destination.clone(),
        chown: flags.filled("chown"),
        chmod: flags.filled("chmod"),
        link: flags.bool("link") == Some(true),
        exclude: flags.texts("exclude"),
        ..Copying::default()
    };
    for source in sources {
        match heredoc::of_word(source) {
            Ok(Some(header)) => {
                // Of several with one name, the last is meant.
                let inline = node.heredocs.iter().rev().find(|inline| inline.header.name == header.name);
                let body = inline.map(|inline| inline.body()).unwrap_or_default();
                let heredoc::Header { name, expand, chomp, descriptor } = header;
                copying.heredocs.push(Heredoc { name, expand, chomp, body, descriptor });
            }
            _ => copying.sources.push(source.clone()),
        }
    }
    Ok((copying, flags))
}

fn too_few(name: &str) -> String {
    format!(
        "{name} requires at least two arguments, but only one was provided. Destination could not be determined"
    )
}
