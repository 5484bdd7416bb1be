//! The lines of a file around what is wrong with it.

use super::ast::Lines;
use std::fmt::Write as _;

/// Above and below the block.
const RULE: &str = "--------------------";

/// The block that BuildKit prints under an error: `name:LINE`, and the lines with two around them, or with one when
/// there are several. Empty when there are no such lines.
#[must_use]
pub fn excerpt(source: &str, name: &str, lines: Lines) -> String {
    let all: Vec<&str> = source.split('\n').collect();
    let (first, last) = (lines.first, lines.last.max(lines.first).min(all.len()));
    if first < 1 || first > all.len() {
        return String::new();
    }
    let around = if first == last { 2 } else { 1 };
    let from = first.saturating_sub(around).max(1);
    let to = last.saturating_add(around).min(all.len());
    let mut out = format!("{name}:{first}\n{RULE}\n");
    for number in from..=to {
        let mark = if (first..=last).contains(&number) { ">>>" } else { "   " };
        // Writing to a String cannot fail.
        let _ = writeln!(out, " {number:3} | {mark} {}", all[number - 1]);
    }
    out.push_str(RULE);
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_shown_with_two_around_it() {
        let source = "FROM bb\n\nRUN a\nRUNN b\nRUN x\nRUN y\n";
        let expected = "c/1:4\n--------------------\n   2 |     \n   3 |     RUN a\n   4 | >>> RUNN b\n   5 |     RUN x\n   \
                        6 |     RUN y\n--------------------\n";
        assert_eq!(excerpt(source, "c/1", Lines { first: 4, last: 4 }), expected);
    }

    #[test]
    fn several_lines_are_shown_with_one_around_them() {
        let shown = excerpt("a\nb\nc\nd\ne\nf", "f", Lines { first: 3, last: 4 });
        let expected = "f:3\n--------------------\n   2 |     b\n   3 | >>> c\n   4 | >>> d\n   5 |     e\n\
                        --------------------\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_empty_line_behind_the_last_newline_counts() {
        let shown = excerpt("FROM bb\n", "f", Lines { first: 1, last: 1 });
        assert_eq!(
            shown,
            "f:1\n--------------------\n   1 | >>> FROM bb\n   2 |     \n--------------------\n"
        );
    }

    #[test]
    fn lines_that_are_not_there_give_nothing() {
        assert_eq!(excerpt("a\n", "f", Lines { first: 0, last: 0 }), "");
        assert_eq!(excerpt("a\n", "f", Lines { first: 9, last: 9 }), "");
        assert_ne!(excerpt("a\nb", "f", Lines { first: 2, last: usize::MAX }), "");
    }
}
