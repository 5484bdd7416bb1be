//! Patterns of `${v#p}` and `${v/p/r}`: `*` and `?`, neither of which stands for a newline, and nothing else.

/// Steps that a search may take: characters of the value times those of the pattern.
const MOST_STEPS: usize = 1 << 24;

/// One place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Star,
    Any,
    One(char),
}

#[derive(Debug)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
}

/// Where a pattern may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Here,
    Anywhere,
}

impl Pattern {
    /// `\` makes `*`, `?` and itself plain, and goes away before `}` and `/`, which it was needed for.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(char) = rest.next() {
            tokens.push(match char {
                '*' => Token::Star,
                '?' => Token::Any,
                '\\' if matches!(rest.peek(), Some('}' | '/')) => continue,
                '\\' => match rest.next() {
                    Some(char @ ('*' | '?' | '\\')) => Token::One(char),
                    other => {
                        let other = other.unwrap_or(char::REPLACEMENT_CHARACTER);
                        return Err(format!("invalid escape '\\{other}'"));
                    }
                },
                char => Token::One(char),
            });
        }
        Ok(Self { tokens })
    }

    pub(super) fn without_prefix(&self, value: &str, greedy: bool) -> Result<String, String> {
        let value: Vec<char> = value.chars().collect();
        let end = self.find(&value, 0, From::Here, greedy, &mut { MOST_STEPS })?.map_or(0, |(_, end)| end);
        Ok(value[end..].iter().collect())
    }

    /// A suffix is a prefix, read backwards.
    pub(super) fn without_suffix(&self, value: &str, greedy: bool) -> Result<String, String> {
        let backwards = Self { tokens: self.tokens.iter().rev().copied().collect() };
        let value: String = value.chars().rev().collect();
        Ok(backwards.without_prefix(&value, greedy)?.chars().rev().collect())
    }

    /// The first occurrence replaced, or `all`. The result has at most `longest` bytes. In what replaces `all`, `$0` is
    /// what was found, as in Go's `ReplaceAllString`, and any other `$name` is nothing.
    pub(super) fn replace(
        &self,
        value: &str,
        replacement: &str,
        all: bool,
        longest: usize,
    ) -> Result<String, String> {
        let value: Vec<char> = value.chars().collect();
        let mut steps = MOST_STEPS;
        let template = if all { template(replacement) } else { vec![Piece::Text(replacement)] };
        let mut out = String::new();
        let (mut copied, mut at) = (0, 0);
        let mut last_end = None;
        while at <= value.len() {
            let Some((start, end)) = self.find(&value, at, From::Anywhere, true, &mut steps)? else { break };
            // Nothing is not found again right behind what was found.
            if start < end || last_end != Some(start) {
                out.extend(&value[copied..start]);
                for piece in &template {
                    match piece {
                        Piece::Text(text) => out.push_str(text),
                        Piece::Found => out.extend(&value[start..end]),
                    }
                }
                copied = end;
            }
            if out.len() > longest {
                return Err("the result is too long".to_owned());
            }
            last_end = Some(end);
            at = if end > at { end } else { at + 1 };
            if !all {
                break;
            }
        }
        out.extend(&value[copied..]);
        Ok(out)
    }

    /// The first place where the pattern fits, and its longest or shortest end there. All ways to fit are followed at
    /// once, so the time is bounded by the product of both lengths.
    fn find(
        &self,
        value: &[char],
        from: usize,
        place: From,
        greedy: bool,
        steps: &mut usize,
    ) -> Result<Option<(usize, usize)>, String> {
        let last = self.tokens.len();
        // How early the match began that has come to this place of the pattern.
        let mut began: Vec<Option<usize>> = vec![None; last + 1];
        let mut found: Option<(usize, usize)> = None;
        for at in from..=value.len() {
            *steps = steps.checked_sub(last + 1).ok_or("it takes too long to search for")?;
            if found.is_none() && (at == from || place == From::Anywhere) {
                began[0] = earlier(began[0], Some(at));
            }
            for index in 0..last {
                if self.tokens[index] == Token::Star {
                    began[index + 1] = earlier(began[index + 1], began[index]);
                }
            }
            if let Some(start) = began[last] {
                let better = found.is_none_or(|(first, _)| start < first || (start == first && greedy));
                if better {
                    found = Some((start, at));
                }
            }
            if let Some((first, _)) = found {
                if !greedy {
                    break;
                }
                began.iter_mut().for_each(|start| *start = start.filter(|start| *start <= first));
            }
            let alive = began[..last].iter().any(Option::is_some);
            if !alive && (found.is_some() || place == From::Here) {
                break;
            }
            let Some(char) = value.get(at) else { break };
            began = self.step(&began, *char);
        }
        Ok(found)
    }

    fn step(&self, began: &[Option<usize>], char: char) -> Vec<Option<usize>> {
        let mut next = vec![None; began.len()];
        for (index, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Star if char != '\n' => next[index] = earlier(next[index], began[index]),
                Token::Any if char != '\n' => next[index + 1] = earlier(next[index + 1], began[index]),
                Token::One(one) if *one == char => {
                    next[index + 1] = earlier(next[index + 1], began[index]);
                }
                _ => {}
            }
        }
        next
    }
}

/// A part of what replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Found,
}

/// Takes `$name`, `${name}` and `$$` apart; any other `$` is plain.
fn template(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        pieces.push(Piece::Text(&rest[..at]));
        let behind = &rest[at + 1..];
        let word =
            |text: &str| text.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(text.len());
        let (name, end) = match behind.strip_prefix('{') {
            Some(inside) if inside[word(inside)..].starts_with('}') => {
                (&inside[..word(inside)], word(inside) + 2)
            }
            Some(_) => ("", 0),
            None => (&behind[..word(behind)], word(behind)),
        };
        rest = &behind[end..];
        match name {
            "0" => pieces.push(Piece::Found),
            "" => {
                pieces.push(Piece::Text("$"));
                rest = behind.strip_prefix('$').unwrap_or(behind);
            }
            _ => {}
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn earlier(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
