//! Where contexts are: paths and URLs.

/// Beginnings of what is fetched.
const REMOTE: &[&str] = &["http://", "https://", "git://", "ssh://", "git@", "github.com/"];

/// Whether it is fetched, and no path.
pub fn is_remote(place: &str) -> bool {
    REMOTE.iter().any(|start| place.starts_with(start))
}

/// The context of a target: a path is written as short as it can be, and is the caller's with `cwd://` or without.
pub fn context(place: &str) -> String {
    match place.strip_prefix("cwd://") {
        Some(path) => clean(path),
        None if is_remote(place) => place.to_string(),
        None => clean(place),
    }
}

/// A path without `.`, without `..` that can be resolved and without slashes that say nothing; `.` for an empty one.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", None) if rooted => {}
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_string(),
        (false, false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_as_short_as_they_can_be() {
        for (path, short) in
            [("", "."), ("./x/../y/", "y"), ("../z", "../z"), ("/..", "/"), ("a//b", "a/b"), ("a/..", ".")]
        {
            assert_eq!(clean(path), short, "{path}");
        }
        assert_eq!(context("cwd://"), ".");
        assert_eq!(context("https://e/a/../b"), "https://e/a/../b");
    }
}
