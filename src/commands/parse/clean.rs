//! A path in a container, made lexically clean.

/// Rewrites an absolute path without `.`, `..`, doubled and trailing slashes; `..` of the root is the
/// root. `None` when `path` is not absolute.
pub fn clean(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_path_is_cleaned_without_leaving_the_root() {
        for (typed, cleaned) in [
            ("/", Some("/")),
            ("/a//b/", Some("/a/b")),
            ("/a/./b/../c", Some("/a/c")),
            ("/../../x", Some("/x")),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(clean(typed).as_deref(), cleaned, "{typed:?}");
        }
    }
}
