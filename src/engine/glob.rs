//! The patterns of `--filter reference=`: those of Go's path.Match. `*` and `?` stand for anything but `/`.

use crate::error::{Error, Result};

/// A pattern that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Star,
    Any,
    One(char),
    Class { ranges: Vec<(char, char)>, negated: bool },
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// For a class that is empty or does not end, and a backslash with nothing after it; in Go's words.
    pub fn parse(pattern: &str) -> Result<Self> {
        let mut chars = pattern.chars().peekable();
        let mut parts = Vec::new();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '*' => Part::Star,
                '?' => Part::Any,
                '[' => class(&mut chars)?,
                '\\' => Part::One(chars.next().ok_or_else(wrong)?),
                c => Part::One(c),
            });
        }
        Ok(Self(parts))
    }

    /// Whether it stands for all of `text`. Takes time in the product of the two lengths at most: only the last
    /// star is ever tried again, since no earlier one can help where that cannot.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut part, mut at, mut star) = (0, 0, None);
        while at < text.len() {
            match self.0.get(part) {
                Some(Part::Star) => {
                    star = Some((part + 1, at));
                    part += 1;
                }
                Some(other) if other.is(text[at]) => (part, at) = (part + 1, at + 1),
                _ => match star {
                    Some((after, from)) if text[from] != '/' => {
                        star = Some((after, from + 1));
                        (part, at) = (after, from + 1);
                    }
                    _ => return false,
                },
            }
        }
        self.0[part..].iter().all(|part| *part == Part::Star)
    }
}

impl Part {
    fn is(&self, c: char) -> bool {
        match self {
            Self::Star => false,
            Self::Any => c != '/',
            Self::One(own) => *own == c,
            Self::Class { ranges, negated } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *negated
            }
        }
    }
}

/// What follows `[`.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Part> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while ranges.is_empty() || chars.peek() != Some(&']') {
        let first = member(chars)?;
        let last = if chars.next_if_eq(&'-').is_some() { member(chars)? } else { first };
        ranges.push((first, last));
    }
    chars.next();
    Ok(Part::Class { ranges, negated })
}

fn member(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char> {
    match chars.next() {
        Some('\\') => chars.next().ok_or_else(wrong),
        Some(c) if c != '-' && c != ']' => Ok(c),
        _ => Err(wrong()),
    }
}

fn wrong() -> Error {
    Error::usage("syntax error in pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_what_they_do_in_go() {
        // Pattern, what it stands for, what it does not.
        let cases: [(&str, &[&str], &[&str]); 9] = [
            ("app", &["app"], &["apps", "ap", "", "x/app"]),
            ("*", &["", "app:1"], &["team/app"]),
            ("*app", &["app", "myapp", "appapp"], &["app:1", "team/app"]),
            ("*/a*p:?", &["team/app:1", "t/ap:x"], &["team/app:12", "x/y/app:1", "team/app:"]),
            ("a*b*c", &["abc", "abbbc", "axbxbxc"], &["ab", "acb", "a/bc"]),
            ("[a-c]x[^0-9]", &["axy", "cx-"], &["dxy", "ax1", "ax"]),
            ("\\*[\\]]", &["*]"], &["a]"]),
            ("???", &["abc", "日本語"], &["a/c", "ab"]),
            ("", &[""], &["a"]),
        ];
        for (pattern, fitting, others) in cases {
            let glob = Glob::parse(pattern).unwrap();
            assert!(fitting.iter().all(|text| glob.matches(text)), "{pattern}");
            assert!(!others.iter().any(|text| glob.matches(text)), "{pattern}");
        }
        for wrong in ["[", "[]", "[a", "[a-]", "[-a]", "a\\", "[^]", "[\\"] {
            assert_eq!(Glob::parse(wrong).unwrap_err().to_string(), "syntax error in pattern", "{wrong}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let glob = Glob::parse(&"a*".repeat(1000)).unwrap();
        assert!(!glob.matches(&("a".repeat(5000) + "/")));
    }
}
