//! The whole file.

use super::ast::{Dockerfile, Instruction, Keyword, Kind, Lines, Stage};
use super::directives;
use super::interpret::{Fault, Meaning, meaning};
use super::node::{Node, nodes};
use super::source::Source;
use std::fmt;

/// Bytes of a file.
const LONGEST_FILE: usize = 16 << 20;
/// Where a fault is that has no place.
const NOWHERE: Lines = Lines { first: 0, last: 0 };

/// Why a text is no Dockerfile, in BuildKit's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// Where; line 0 when it is nowhere in particular.
    pub lines: Lines,
}

impl ParseError {
    pub(super) const fn new(message: String, lines: Lines) -> Self {
        Self { message, lines }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

/// Reads a Dockerfile. Bytes that are no UTF-8 become U+FFFD.
///
/// # Errors
/// What BuildKit refuses, in its words and its order: first what no line of a Dockerfile can be, then what its
/// instructions say, then what BuildKit would find while it plans the build.
pub fn parse(text: &[u8]) -> Result<Dockerfile, ParseError> {
    if text.is_empty() {
        return Err(ParseError::new("the Dockerfile cannot be empty".to_owned(), NOWHERE));
    }
    if text.len() > LONGEST_FILE {
        return Err(ParseError::new("the Dockerfile is larger than 16 MiB".to_owned(), NOWHERE));
    }
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut source = Source::new(text, '\\');
    let nodes = nodes(&mut source)?;
    let mut file = Dockerfile {
        directives: directives::found(text),
        global_args: Vec::new(),
        stages: Vec::new(),
        keywords: nodes.iter().map(keyword).collect(),
        empty_continuations: nodes.iter().filter(|node| node.has_empty_line).map(last_line).collect(),
    };
    file.directives.escape = source.declared_escape();
    let mut later = None;
    for node in &nodes {
        match meaning(node) {
            Ok(Meaning::From(stage)) => file.stages.push(*stage),
            Ok(Meaning::Instruction(kind)) => file.take(instruction_of(node, kind))?,
            Err(Fault::Parsing(error)) => {
                let told = format!("dockerfile parse error on line {}: {error}", node.lines.first);
                return Err(ParseError::new(told, node.lines));
            }
            Err(Fault::Later(error)) => later = later.or(Some(ParseError::new(error, node.lines))),
        }
    }
    if file.stages.is_empty() {
        return Err(ParseError::new("dockerfile contains no stages to build".to_owned(), NOWHERE));
    }
    later.map_or(Ok(file), Err)
}

/// Reads one instruction by itself: what a base image has for `ONBUILD`. `escape` is that of the file it came from,
/// which an image does not tell: `\`.
///
/// # Errors
/// BuildKit's words, without a line; `FROM`, or more than one instruction.
pub fn instruction(text: &str, escape: char) -> Result<Instruction, ParseError> {
    let nodes = nodes(&mut Source::new(text, escape))?;
    let [node] = nodes.as_slice() else {
        return Err(ParseError::new("onbuild trigger should be a single expression".to_owned(), NOWHERE));
    };
    match meaning(node) {
        Ok(Meaning::Instruction(kind)) => Ok(instruction_of(node, kind)),
        Ok(Meaning::From(_)) => {
            Err(ParseError::new("FROM isn't allowed as an ONBUILD trigger".to_owned(), node.lines))
        }
        Err(Fault::Parsing(error) | Fault::Later(error)) => Err(ParseError::new(error, node.lines)),
    }
}

impl Dockerfile {
    /// An instruction belongs to the stage above it.
    fn take(&mut self, instruction: Instruction) -> Result<(), ParseError> {
        match (self.stages.last_mut(), &instruction.kind) {
            (Some(Stage { instructions, .. }), _) => instructions.push(instruction),
            (None, Kind::Arg(_)) => self.global_args.push(instruction),
            (None, _) => {
                let told = "no build stage in current context".to_owned();
                return Err(ParseError::new(told, instruction.lines));
            }
        }
        Ok(())
    }
}

fn keyword(node: &Node) -> Keyword {
    Keyword { text: node.keyword.clone(), lines: node.lines, comments: node.comments.clone() }
}

/// BuildKit counts the heredocs out of it.
fn last_line(node: &Node) -> Lines {
    Lines { first: node.head_end, last: node.head_end }
}

fn instruction_of(node: &Node, kind: Kind) -> Instruction {
    Instruction { kind, original: node.original.clone(), lines: node.lines }
}
