//! Here-documents: which words begin one.

use super::words::Lexer;

/// What `<<EOF` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The terminator, without quotes.
    pub name: String,
    /// It was not quoted.
    pub expand: bool,
    /// `<<-`.
    pub chomp: bool,
    /// The number before `<<`.
    pub descriptor: u32,
}

/// A heredoc with its lines, as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inline {
    pub header: Header,
    pub content: String,
}

impl Inline {
    /// The lines, without leading tabs where `<<-` asks for that.
    pub(super) fn body(&self) -> String {
        if !self.header.chomp {
            return self.content.clone();
        }
        self.content.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect()
    }
}

/// The heredocs that `line` begins, in order.
///
/// # Errors
/// A terminator whose quotes are not closed.
pub(super) fn in_line(line: &str) -> Result<Vec<Header>, String> {
    // A line that is no row of words begins no heredoc; the shell shall complain of it.
    let words = Lexer::raw_words(line).unwrap_or_default();
    words.iter().filter_map(|word| of_word(word).transpose()).collect()
}

/// `word` as a heredoc, if it is one: digits, `<<`, perhaps `-`, a terminator. `<<<` is none.
///
/// # Errors
/// A terminator whose quotes are not closed.
pub(super) fn of_word(word: &str) -> Result<Option<Header>, String> {
    let Some((number, rest)) = word.split_once("<<") else { return Ok(None) };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || rest.contains('<') {
        return Ok(None);
    }
    let (rest, chomp) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Ok(None);
    }
    let bare = Lexer::terminator(rest, false)?;
    let [name] = bare.as_slice() else { return Ok(None) };
    let raw = Lexer::terminator(rest, true)?.concat();
    let quotes = |text: &str| text.chars().filter(|char| matches!(char, '\'' | '"')).count();
    let expand = quotes(name) == quotes(&raw);
    Ok(Some(Header { name: name.clone(), expand, chomp, descriptor: number.parse().unwrap_or(0) }))
}
