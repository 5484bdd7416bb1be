//! The patterns of `--filter name=` and `id=`: as much of Go's regular expressions as names need.
//!
//! Understood are literals, `.`, classes with ranges, `\d \w \s` and their opposites, `^ $`, groups,
//! `|`, and `* + ? {n,m}`. A pattern that is not well-formed matches nothing, as with docker.

/// The most a bound `{n,m}` may ask for, as in Go.
const MOST_REPEATS: u32 = 1000;
/// The deepest groups may be inside each other.
const DEEPEST: u32 = 64;
/// The most steps of one match: patterns are short and names are, too; what takes longer is an attack.
const MOST_STEPS: u32 = 1_000_000;

/// A pattern that was understood.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Node);

#[derive(Debug, Clone)]
enum Node {
    Start,
    End,
    One(Class),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat(Box<Node>, u32, u32),
}

/// A set of characters.
#[derive(Debug, Clone, Default)]
struct Class {
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Class {
    fn of(ranges: &[(char, char)], negated: bool) -> Self {
        Self { ranges: ranges.to_vec(), negated }
    }

    fn has(&self, c: char) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != self.negated
    }
}

impl Pattern {
    /// Reads a pattern; `None` when it is not well-formed.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text.chars().collect::<Vec<_>>(), at: 0, depth: 0 };
        let node = reader.either()?;
        (reader.at == reader.rest.len()).then_some(Self(node))
    }

    /// Whether it matches anywhere in `text`.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut steps = 0;
        (0..=text.len()).any(|at| step(&self.0, &text, at, &mut steps, &mut |_, _| true))
    }
}

/// Tries `node` at `at`, and then what comes after it.
fn step(
    node: &Node,
    text: &[char],
    at: usize,
    steps: &mut u32,
    then: &mut dyn FnMut(usize, &mut u32) -> bool,
) -> bool {
    *steps += 1;
    if *steps > MOST_STEPS {
        return false;
    }
    match node {
        Node::Start => at == 0 && then(at, steps),
        Node::End => at == text.len() && then(at, steps),
        Node::One(class) => text.get(at).is_some_and(|c| class.has(*c)) && then(at + 1, steps),
        Node::Either(nodes) => nodes.iter().any(|node| step(node, text, at, steps, then)),
        Node::Sequence(nodes) => match nodes.split_first() {
            None => then(at, steps),
            Some((first, rest)) => {
                step(first, text, at, steps, &mut |at, steps| sequence(rest, text, at, steps, then))
            }
        },
        Node::Repeat(node, least, most) => repeat(node, (*least, *most), text, at, steps, then),
    }
}

fn sequence(
    nodes: &[Node],
    text: &[char],
    at: usize,
    steps: &mut u32,
    then: &mut dyn FnMut(usize, &mut u32) -> bool,
) -> bool {
    match nodes.split_first() {
        None => then(at, steps),
        Some((first, rest)) => {
            step(first, text, at, steps, &mut |at, steps| sequence(rest, text, at, steps, then))
        }
    }
}

fn repeat(
    node: &Node,
    (least, most): (u32, u32),
    text: &[char],
    at: usize,
    steps: &mut u32,
    then: &mut dyn FnMut(usize, &mut u32) -> bool,
) -> bool {
    let again = most > 0
        && step(node, text, at, steps, &mut |next, steps| match next == at {
            // What matches nothing here does so as often as is asked for.
            true => then(next, steps),
            false => repeat(node, (least.saturating_sub(1), most - 1), text, next, steps, then),
        });
    again || (least == 0 && then(at, steps))
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    depth: u32,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn either(&mut self) -> Option<Node> {
        let mut branches = vec![self.sequence()?];
        while self.take('|') {
            branches.push(self.sequence()?);
        }
        Some(Node::Either(branches))
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while !matches!(self.peek(), None | Some('|' | ')')) {
            let node = self.one()?;
            nodes.push(self.repeated(node)?);
        }
        Some(Node::Sequence(nodes))
    }

    fn one(&mut self) -> Option<Node> {
        Some(match self.next()? {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::One(Class::of(&[('\n', '\n')], true)),
            '[' => Node::One(self.class()?),
            '(' => self.group()?,
            '\\' => self.escaped()?,
            '*' | '+' | '?' => return None,
            c => Node::One(Class::of(&[(c, c)], false)),
        })
    }

    fn group(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEEPEST || (self.take('?') && !self.take(':')) {
            return None;
        }
        let node = self.either()?;
        self.depth -= 1;
        self.take(')').then_some(node)
    }

    fn escaped(&mut self) -> Option<Node> {
        Some(match self.next()? {
            'A' => Node::Start,
            'z' => Node::End,
            c => Node::One(named(c)?),
        })
    }

    fn class(&mut self) -> Option<Class> {
        let negated = self.take('^');
        let mut class = Class { negated, ..Class::default() };
        loop {
            let first = match self.next()? {
                ']' if !class.ranges.is_empty() => return Some(class),
                '\\' => {
                    let escaped = named(self.next()?).filter(|class| !class.negated)?;
                    match escaped.ranges[..] {
                        [(c, same)] if c == same => c,
                        _ => {
                            class.ranges.extend(escaped.ranges);
                            continue;
                        }
                    }
                }
                c => c,
            };
            let is_range = self.peek() == Some('-') && self.rest.get(self.at + 1).is_some_and(|c| *c != ']');
            let last = if is_range {
                self.at += 1;
                self.next().filter(|last| *last >= first && *last != '\\')?
            } else {
                first
            };
            class.ranges.push((first, last));
        }
    }

    fn repeated(&mut self, mut node: Node) -> Option<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, u32::MAX),
            Some('+') => (1, u32::MAX),
            Some('?') => (0, 1),
            Some('{') => match self.bound() {
                Some(bound) => bound?,
                None => return Some(node),
            },
            _ => return Some(node),
        };
        self.at += 1;
        // Whether it is greedy does not change what matches.
        self.take('?');
        node = Node::Repeat(Box::new(node), least, most);
        (!matches!(self.peek(), Some('*' | '+' | '?'))).then_some(node)
    }

    /// The numbers of `{n,m}`, with the reader left on its last character. The outer `None`: it is no bound,
    /// but a brace; the inner: it is a bound that is not allowed.
    #[expect(clippy::option_option, reason = "a brace, a wrong bound and a bound are three things")]
    fn bound(&mut self) -> Option<Option<(u32, u32)>> {
        let length = self.rest[self.at..].iter().position(|c| *c == '}')?;
        let inside: String = self.rest[self.at + 1..self.at + length].iter().collect();
        let number = |text: &str| {
            (!text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse::<u32>().ok())
        };
        let (least, most) = match inside.split_once(',') {
            None => (number(&inside)?, number(&inside)?),
            Some((least, "")) => (number(least)?, Some(u32::MAX)),
            Some((least, most)) => (number(least)?, number(most)?),
        };
        self.at += length;
        let allowed = |(least, most): &(u32, u32)| {
            least <= most && *least <= MOST_REPEATS && (*most <= MOST_REPEATS || *most == u32::MAX)
        };
        Some(least.zip(most).filter(allowed))
    }
}

/// What a backslash and `c` stand for.
fn named(c: char) -> Option<Class> {
    const DIGIT: &[(char, char)] = &[('0', '9')];
    const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
    const SPACE: &[(char, char)] = &[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')];
    Some(match c {
        'd' => Class::of(DIGIT, false),
        'D' => Class::of(DIGIT, true),
        'w' => Class::of(WORD, false),
        'W' => Class::of(WORD, true),
        's' => Class::of(SPACE, false),
        'S' => Class::of(SPACE, true),
        c if c.is_ascii_punctuation() => Class::of(&[(c, c)], false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_gos_do() {
        let cases = [
            ("web", "my-web-1", true),
            ("^web$", "web", true),
            ("^web$", "web1", false),
            ("^/?web", "/web1", true),
            ("web.*1", "web-21", true),
            ("^(a|b)+$", "abba", true),
            ("^(a|b)+$", "abc", false),
            ("x|^y$", "y", true),
            (r"web\.1", "web-1", false),
            (r"^\w+_\d{2}$", "web_12", true),
            (r"^\w+_\d{2}$", "web_123", false),
            ("^[a-c0-9_-]{2,}$", "a-9", true),
            ("[^a-z]", "abc", false),
            ("[]]", "]", true),
            ("a{,2}", "a{,2}", true),
            ("(?:ab)??c", "abc", true),
            ("", "anything", true),
            ("(a*)*b", "aaac", false),
            ("", "", true),
        ];
        for (pattern, text, matches) in cases {
            assert_eq!(Pattern::parse(pattern).unwrap().is_in(text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_no_pattern() {
        for wrong in ["(", ")", "[", "a**", "*", "[b-a]", "a{2,1}", "a{1001}", "\\", "\\q", "(?P<x>a)"] {
            assert!(Pattern::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Pattern::parse(&"(".repeat(100_000)).is_none());
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let pattern = Pattern::parse("(a|aa)+$").unwrap();
        assert!(!pattern.is_in(&("a".repeat(60) + "b")));
    }
}
