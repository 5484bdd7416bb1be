//! `logs --tail`.

use crate::error::{Error, Result};

/// How much of a log to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// From its beginning.
    All,
    /// So many lines from its end.
    Lines(u64),
}

/// Reads `all` or a number of lines; docker takes a negative number as all.
pub fn tail(typed: &str) -> Result<Tail> {
    match typed.parse::<i64>() {
        Ok(lines) => Ok(u64::try_from(lines).map_or(Tail::All, Tail::Lines)),
        Err(_) if typed.is_empty() || typed == "all" => Ok(Tail::All),
        Err(_) => Err(Error::usage(format!("invalid number of lines: {typed:?}")).fix("--tail 100")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_all_or_a_number_of_lines() {
        for (typed, meant) in
            [("all", Some(Tail::All)), ("10", Some(Tail::Lines(10))), ("-1", Some(Tail::All)), ("x", None)]
        {
            assert_eq!(tail(typed).ok(), meant, "{typed:?}");
        }
    }
}
