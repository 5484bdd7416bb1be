//! Patterns of names: `*`, `?`, `[a-z]`, `\` before a character that is meant as it stands.

/// Whether all of `name` matches; `None`: the pattern is none.
pub fn matches(pattern: &str, name: &str) -> Option<bool> {
    let pattern = parse(pattern)?;
    let name: Vec<char> = name.chars().collect();
    // Where to go on when what follows the last `*` does not fit: one character later.
    let (mut at, mut place, mut retry) = (0, 0, None);
    while place < name.len() {
        match pattern.get(at) {
            Some(Piece::Any) => {
                retry = Some((at, place));
                at += 1;
                continue;
            }
            Some(piece) if piece.fits(name[place]) => {
                at += 1;
                place += 1;
                continue;
            }
            _ => {}
        }
        match retry {
            Some((star, from)) => {
                retry = Some((star, from + 1));
                (at, place) = (star + 1, from + 1);
            }
            None => return Some(false),
        }
    }
    Some(pattern[at..].iter().all(|piece| matches!(piece, Piece::Any)))
}

/// A piece of a pattern.
#[derive(Debug)]
enum Piece {
    /// `*`.
    Any,
    /// `?`.
    One,
    /// A character.
    This(char),
    /// `[a-z]`, `[^a-z]`.
    Class(bool, Vec<(char, char)>),
}

impl Piece {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => c != '/',
            Self::This(other) => *other == c,
            Self::Class(not, ranges) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *not
            }
        }
    }
}

fn parse(pattern: &str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '*' => Piece::Any,
            '?' => Piece::One,
            '\\' => Piece::This(chars.next()?),
            '[' => {
                let not = chars.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while ranges.is_empty() || chars.peek() != Some(&']') {
                    let first = member(&mut chars)?;
                    let last = if chars.next_if_eq(&'-').is_some() { member(&mut chars)? } else { first };
                    ranges.push((first, last));
                }
                chars.next();
                Piece::Class(not, ranges)
            }
            other => Piece::This(other),
        });
    }
    Some(out)
}

/// A character inside brackets.
fn member(chars: &mut impl Iterator<Item = char>) -> Option<char> {
    match chars.next()? {
        '\\' => chars.next(),
        '-' | ']' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, name, expected) in [
            ("*", "a", Some(true)),
            ("a*c", "abbc", Some(true)),
            ("a*c", "abbd", Some(false)),
            ("*a*b*", "xxaxxb", Some(true)),
            ("?", "ab", Some(false)),
            ("[a-c]x", "bx", Some(true)),
            ("[^a-c]x", "bx", Some(false)),
            ("\\*", "*", Some(true)),
            ("[", "a", None),
            ("[]", "a", None),
            ("", "", Some(true)),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
