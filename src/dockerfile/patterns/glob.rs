//! One pattern, made into states that a path is walked through: time is their product, never more.
//!
//! | in a pattern | stands for |
//! |---|---|
//! | `*` | any characters but `/` |
//! | `?` | one character but `/` |
//! | `[a-z]`, `[^a-z]` | one character of the class, or not of it |
//! | `\c` | `c` |
//! | `**/` (deep patterns) | any directories, also none |
//! | `**` at the end (deep patterns) | anything |

use super::invalid;
use crate::error::Result;

/// Go's words for a pattern that is none (path/filepath, ErrBadPattern).
const BAD: &str = "syntax error in pattern";

/// A pattern of one path.
#[derive(Debug, Clone)]
pub struct Glob {
    tokens: Vec<Token>,
    /// Bytes every match begins with.
    head: Vec<u8>,
    /// Bytes every match ends with.
    tail: Vec<u8>,
    /// Without wildcards: `head` is all.
    plain: bool,
}

/// A character; a byte that is part of none lies above all of them.
type Char = u32;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    One(Char),
    /// `?`
    Any,
    /// `*`
    Star,
    /// The beginning of `**/`: on to [`Token::Directories`], or past it.
    Deep,
    /// Inside of `**/`: left at a slash.
    Directories,
    /// Anything at all.
    Rest,
    Class {
        ranges: Vec<(Char, Char)>,
        negated: bool,
    },
}

impl Glob {
    /// Reads a pattern of Go's filepath.Match: `**` is two stars.
    ///
    /// # Errors
    /// For a class that does not end and a backslash with nothing after it, in Go's words.
    pub fn flat(pattern: &[u8]) -> Result<Self> {
        let chars: Vec<Char> = chars(pattern).collect();
        let mut tokens = Vec::new();
        let mut rest = &chars[..];
        while !rest.is_empty() {
            tokens.push(token(&mut rest)?);
        }
        Ok(Self::of(tokens))
    }

    /// Reads a pattern of moby/patternmatcher: `**` crosses directories.
    ///
    /// # Errors
    /// As those of [`flat`](Self::flat).
    pub fn deep(pattern: &[u8]) -> Result<Self> {
        let chars: Vec<Char> = chars(pattern).collect();
        let (star, slash) = (Char::from(b'*'), Char::from(b'/'));
        let mut tokens = Vec::new();
        let mut rest = &chars[..];
        let mut loose = false;
        while !rest.is_empty() {
            let Some(after) = rest.strip_prefix(&[star, star]) else {
                tokens.push(token(&mut rest)?);
                continue;
            };
            let first = tokens.is_empty();
            let (after, with_slash) =
                after.strip_prefix(&[slash]).map_or((after, false), |after| (after, true));
            match after {
                [] => tokens.push(Token::Rest),
                _ => {
                    loose |= first && !with_slash;
                    tokens.extend([Token::Deep, Token::Directories]);
                }
            }
            rest = after;
        }
        // `**x` with nothing else to expand is any path that ends in x, also within a name.
        if loose
            && tokens[2..].iter().all(|token| matches!(token, Token::One(_)))
            && !chars.contains(&BACKSLASH)
        {
            tokens.splice(..2, [Token::Rest]);
        }
        Ok(Self::of(tokens))
    }

    fn of(tokens: Vec<Token>) -> Self {
        let literal = |token: &Token| match token {
            Token::One(one) => Some(*one),
            _ => None,
        };
        let head: Vec<Char> = tokens.iter().map_while(literal).collect();
        let mut tail: Vec<Char> = tokens.iter().rev().map_while(literal).collect();
        tail.reverse();
        Self { plain: head.len() == tokens.len(), head: bytes(&head), tail: bytes(&tail), tokens }
    }

    /// Whether the pattern stands for all of `path`.
    pub fn matches(&self, path: &[u8]) -> bool {
        if self.plain {
            return path == self.head;
        }
        path.starts_with(&self.head)
            && path.ends_with(&self.tail)
            && self.walk(path).is_some_and(|states| states[self.tokens.len()])
    }

    /// Whether the pattern could stand for a path below `directory`.
    pub(super) fn may_match_below(&self, directory: &[u8]) -> bool {
        let below = [directory, b"/"].concat();
        let shared = below.len().min(self.head.len());
        below[..shared] == self.head[..shared]
            && self.walk(&below).is_some_and(|states| states[..self.tokens.len()].contains(&true))
    }

    /// The states that are reached by all of `text`: the numbers of the tokens to come, or one past the last.
    fn walk(&self, text: &[u8]) -> Option<Vec<bool>> {
        let mut states = vec![false; self.tokens.len() + 1];
        let mut next = states.clone();
        self.enter(&mut states, 0);
        for char in chars(text) {
            next.fill(false);
            let mut alive = false;
            for (at, token) in self.tokens.iter().enumerate().filter(|(at, _)| states[*at]) {
                if let Some(to) = token.step(at, char) {
                    self.enter(&mut next, to);
                    alive = true;
                    if *token == Token::Directories && char == Char::from(b'/') {
                        self.enter(&mut next, at + 1);
                    }
                }
            }
            if !alive {
                return None;
            }
            std::mem::swap(&mut states, &mut next);
        }
        Some(states)
    }

    /// Reaches `state`, and what follows it without a character.
    fn enter(&self, states: &mut [bool], mut state: usize) {
        while !states[state] {
            states[state] = true;
            match self.tokens.get(state) {
                Some(Token::Star | Token::Rest) => state += 1,
                Some(Token::Deep) => {
                    states[state + 1] = true;
                    state += 2;
                }
                _ => return,
            }
        }
    }
}

const BACKSLASH: Char = b'\\' as Char;

impl Token {
    /// The state after `char`, for a token that is the state `at`.
    fn step(&self, at: usize, char: Char) -> Option<usize> {
        let slash = char == Char::from(b'/');
        match self {
            Self::One(one) => (*one == char).then_some(at + 1),
            Self::Any => (!slash).then_some(at + 1),
            Self::Star => (!slash).then_some(at),
            Self::Deep => None,
            Self::Directories | Self::Rest => Some(at),
            Self::Class { ranges, negated } => {
                let within = ranges.iter().any(|(low, high)| (*low..=*high).contains(&char));
                (within != *negated).then_some(at + 1)
            }
        }
    }
}

/// The next token of `rest`, which is not empty.
fn token(rest: &mut &[Char]) -> Result<Token> {
    let first = rest[0];
    *rest = &rest[1..];
    Ok(match u8::try_from(first) {
        Ok(b'*') => Token::Star,
        Ok(b'?') => Token::Any,
        Ok(b'\\') => Token::One(take(rest)?),
        Ok(b'[') => class(rest)?,
        _ => Token::One(first),
    })
}

/// The rest of a class, up to its bracket.
fn class(rest: &mut &[Char]) -> Result<Token> {
    let (close, dash) = (Char::from(b']'), Char::from(b'-'));
    let negated = rest.first() == Some(&Char::from(b'^'));
    *rest = &rest[usize::from(negated)..];
    let mut ranges = Vec::new();
    loop {
        match rest.first() {
            Some(first) if *first == close && !ranges.is_empty() => break,
            Some(first) if *first == close || *first == dash => return Err(invalid(BAD)),
            _ => {}
        }
        let low = class_char(rest)?;
        let high = match rest.first() {
            Some(first) if *first == dash => {
                *rest = &rest[1..];
                match rest.first() {
                    Some(first) if *first == close || *first == dash => return Err(invalid(BAD)),
                    _ => class_char(rest)?,
                }
            }
            _ => low,
        };
        ranges.push((low, high));
    }
    *rest = &rest[1..];
    Ok(Token::Class { ranges, negated })
}

fn class_char(rest: &mut &[Char]) -> Result<Char> {
    match take(rest)? {
        BACKSLASH => take(rest),
        char => Ok(char),
    }
}

fn take(rest: &mut &[Char]) -> Result<Char> {
    let (first, others) = rest.split_first().ok_or_else(|| invalid(BAD))?;
    *rest = others;
    Ok(*first)
}

/// The characters of any bytes.
fn chars(text: &[u8]) -> impl Iterator<Item = Char> + '_ {
    text.utf8_chunks().flat_map(|chunk| {
        let stray = chunk.invalid().iter().map(|byte| STRAY + Char::from(*byte));
        chunk.valid().chars().map(Char::from).chain(stray)
    })
}

/// Where bytes that are part of no character are counted from.
const STRAY: Char = 0x11_0000;

fn bytes(chars: &[Char]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for char in chars {
        match (char::from_u32(*char), u8::try_from(char.saturating_sub(STRAY))) {
            (Some(char), _) => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            (None, Ok(byte)) => bytes.push(byte),
            (None, Err(_)) => {}
        }
    }
    bytes
}

/// Whether `text` has a character that makes it a pattern.
pub fn has_wildcards(text: &[u8]) -> bool {
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'*' | b'?' | b'[' => return true,
            _ => {}
        }
    }
    false
}
