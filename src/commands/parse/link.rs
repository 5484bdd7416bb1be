//! `--link CONTAINER[:ALIAS]`.

use crate::error::{Error, Result};

/// Reads a container and what it is called; without an alias it keeps its name.
pub fn link(typed: &str) -> Result<(String, String)> {
    if typed.is_empty() {
        return Err(Error::usage("empty string specified for links"));
    }
    let (container, alias) = typed.split_once(':').unwrap_or((typed, typed));
    if alias.contains(':') {
        return Err(Error::usage(format!("bad format for links: {typed}")));
    }
    let container = container.trim_start_matches('/');
    // As inspect prints them: `/db:/web/db`.
    let alias = alias.rsplit('/').next().unwrap_or_default();
    if container.is_empty() || alias.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
        return Err(Error::usage(format!("bad format for links: {typed}")));
    }
    Ok((container.to_owned(), if alias.is_empty() { container } else { alias }.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn a_link_is_a_container_and_an_alias() {
        let pair = |container: &str, alias: &str| (container.to_owned(), alias.to_owned());
        for (typed, read) in [
            ("db", pair("db", "db")),
            ("db:mysql", pair("db", "mysql")),
            ("db:", pair("db", "db")),
            ("/db:/web/mysql", pair("db", "mysql")),
        ] {
            assert_eq!(link(typed).unwrap(), read, "{typed}");
        }
        assert_eq!(link("").unwrap_err().to_string(), "empty string specified for links");
        assert_eq!(link("a:b:c").unwrap_err().to_string(), "bad format for links: a:b:c");
        for typed in [":b", "a:b c", "a:b\n", "/"] {
            assert!(link(typed).is_err(), "{typed:?}");
        }
    }
}
