//! Names of containers.

use crate::error::{Error, Result};

/// Checks `--name` and `rename`: two or more of `[a-zA-Z0-9_.-]`, the first a letter or a digit. A
/// leading slash, which docker's JSON shows, is dropped.
pub fn container_name(typed: &str) -> Result<String> {
    let name = typed.strip_prefix('/').unwrap_or(typed);
    if name.len() < 2 || !is_name(name) {
        return Err(Error::usage(format!(
            "Invalid container name ({typed}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        )));
    }
    Ok(name.to_owned())
}

/// Tells whether `name` is of docker's restricted characters.
pub fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::container_name;

    #[test]
    fn a_name_is_of_the_restricted_characters() {
        for (typed, name) in [
            ("web", Some("web")),
            ("/web", Some("web")),
            ("a.b_c-1", Some("a.b_c-1")),
            ("1a", Some("1a")),
            ("a", None),
            ("", None),
            ("-a", None),
            ("a/b", None),
            ("..", None),
            ("é1", None),
            ("a\n", None),
        ] {
            assert_eq!(container_name(typed).ok().as_deref(), name, "{typed:?}");
        }
    }
}
