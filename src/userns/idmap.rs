//! Id maps: lines of `inside outside count`, as in /proc/PID/uid_map. user_namespaces(7). Pure.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One line of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// First id inside the namespace.
    pub inside: u32,
    /// First id in the parent namespace.
    pub outside: u32,
    /// How many ids, at least one.
    pub count: u32,
}

/// A map of user or group ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdMap(pub Vec<Line>);

impl IdMap {
    /// Reads the text of /proc/PID/uid_map; `None` when it is not of that form.
    pub fn parse(text: &str) -> Option<Self> {
        text.lines().map(parse_line).collect::<Option<Vec<_>>>().map(Self)
    }

    /// The map with only id 0, which is `outside` in the parent.
    pub fn single(outside: u32) -> Self {
        Self(vec![Line { inside: 0, outside, count: 1 }])
    }

    /// The 1:1 map for a child of a namespace that has this map. A line of a child's map may not span
    /// two lines of its parent's, so there is one for each.
    #[must_use]
    pub fn identity_for_child(&self) -> Self {
        Self(self.0.iter().map(|line| Line { outside: line.inside, ..*line }).collect())
    }

    /// How many ids it maps.
    pub fn size(&self) -> u64 {
        self.0.iter().map(|line| u64::from(line.count)).sum()
    }

    /// Whether `id` means anything inside.
    pub fn contains(&self, id: u32) -> bool {
        self.0.iter().any(|line| id >= line.inside && id - line.inside < line.count)
    }
}

fn parse_line(line: &str) -> Option<Line> {
    let mut numbers = line.split_ascii_whitespace().map(|number| number.parse::<u32>().ok());
    let line = Line { inside: numbers.next()??, outside: numbers.next()??, count: numbers.next()?? };
    (line.count > 0 && numbers.next().is_none()).then_some(line)
}

/// As the kernel takes it: a line each.
impl fmt::Display for IdMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{} {} {}", line.inside, line.outside, line.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_gets_one_line_for_each_of_its_parents() {
        let outer =
            IdMap::parse("         0       1000          1\n         1     100000      65536\n").unwrap();
        assert_eq!(outer.identity_for_child().to_string(), "0 0 1\n1 1 65536\n");
        assert_eq!(outer.size(), 65537);
        assert!(outer.contains(65536) && !outer.contains(65537));
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for wrong in ["0 0", "0 0 0", "a b c", "0 0 1 1", "-1 0 1"] {
            assert_eq!(IdMap::parse(wrong), None, "{wrong}");
        }
    }
}
