//! `--ulimit NAME=SOFT[:HARD]`.

use crate::engine::wish::Ulimit;
use crate::error::{Error, Result};

/// The limits of setrlimit(2) that docker names.
const NAMES: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Reads a limit; -1 is unlimited, and one number is both limits.
pub fn ulimit(typed: &str) -> Result<Ulimit> {
    let (name, limits) =
        typed.split_once('=').ok_or_else(|| Error::usage(format!("invalid ulimit argument: {typed}")))?;
    if !NAMES.contains(&name) {
        return Err(Error::usage(format!("invalid ulimit type: {name}")));
    }
    let (soft, hard) = limits.split_once(':').unwrap_or((limits, limits));
    if hard.contains(':') {
        return Err(Error::usage(format!(
            "too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`"
        )));
    }
    let (soft, hard) = (limit(soft)?, limit(hard)?);
    if soft > hard {
        let said = |limit: u64| if limit == u64::MAX { "-1".to_owned() } else { limit.to_string() };
        return Err(Error::usage(format!(
            "ulimit soft limit must be less than or equal to hard limit: {} > {}",
            said(soft),
            said(hard)
        )));
    }
    Ok(Ulimit { name: name.to_owned(), soft, hard })
}

fn limit(typed: &str) -> Result<u64> {
    let wrong = || Error::usage(format!("strconv.ParseInt: parsing {typed:?}: invalid syntax"));
    match typed.parse::<i64>().map_err(|_| wrong())? {
        -1 => Ok(u64::MAX),
        value => u64::try_from(value).map_err(|_| Error::usage(format!("invalid ulimit value: {typed}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_a_soft_and_a_hard_side() {
        let wish = |name: &str, soft, hard| Ulimit { name: name.to_owned(), soft, hard };
        assert_eq!(ulimit("nofile=1024").unwrap(), wish("nofile", 1024, 1024));
        assert_eq!(ulimit("nofile=1024:2048").unwrap(), wish("nofile", 1024, 2048));
        assert_eq!(ulimit("core=-1").unwrap(), wish("core", u64::MAX, u64::MAX));
        assert_eq!(ulimit("core=0:-1").unwrap(), wish("core", 0, u64::MAX));
    }

    #[test]
    fn wrong_limits_are_told_in_dockers_words() {
        for (typed, words) in [
            ("foo", "invalid ulimit argument: foo"),
            ("xx=1", "invalid ulimit type: xx"),
            ("nofile=a", "strconv.ParseInt: parsing \"a\": invalid syntax"),
            ("nofile=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1"),
            ("nofile=-1:1", "ulimit soft limit must be less than or equal to hard limit: -1 > 1"),
            ("nofile=-2", "invalid ulimit value: -2"),
            (
                "nofile=1:2:3",
                "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`",
            ),
        ] {
            assert_eq!(ulimit(typed).unwrap_err().to_string(), words);
        }
    }
}
