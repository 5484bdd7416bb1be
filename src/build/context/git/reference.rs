//! What a person types for a repository, and what of it in there.

use super::super::http::redacted;
use crate::error::{Error, Result};

/// Bytes of a reference.
const LONGEST: usize = 4096;
/// Characters that no name in a repository has; git-check-ref-format(1).
const NO_NAME: &[char] = &[' ', '~', '^', ':', '?', '*', '[', '\\'];

/// A repository, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// As git takes it: an URL, or `user@host:path`. Never begins with `-`.
    pub(super) remote: String,
    /// A branch, a tag, a whole name from `refs/` on, or the id of a commit; else the default branch.
    pub(super) name: Option<String>,
    /// A folder of it, from its root, without `.` and `..`.
    pub(super) subdir: Option<String>,
    /// What the commit's id begins with.
    pub(super) checksum: Option<String>,
    /// `.git` stays, or goes; `None` is the caller's to say.
    pub(super) keep_git_dir: Option<bool>,
    /// Other repositories in it are fetched too.
    pub(super) submodules: bool,
}

impl Reference {
    /// Reads `github.com/OWNER/REPOSITORY`, `user@host:path` and URLs of http, https, git, ssh and file; behind
    /// them `#REF:FOLDER`, or `?ref=…&branch=…&tag=…&subdir=…&checksum=…&keep-git-dir=…&submodules=…`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        if text.len() > LONGEST || text.chars().any(char::is_control) {
            return Err(Error::usage("a git reference that is too long or not text"));
        }
        let (rest, fragment) = text.split_once('#').map_or((text, None), |(rest, part)| (rest, Some(part)));
        let (place, query) = rest.split_once('?').map_or((rest, None), |(rest, part)| (rest, Some(part)));
        let remote = match place.starts_with("github.com/") {
            true => format!("https://{place}"),
            false => place.to_owned(),
        };
        if !is_remote(&remote) {
            return Err(Error::usage(format!(
                "`{}` is no git repository that can be fetched",
                redacted(place)
            ))
            .fix("write it as https://host/path.git, git@host:path, git:// or ssh://"));
        }
        let mut reference =
            Self { remote, name: None, subdir: None, checksum: None, keep_git_dir: None, submodules: true };
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            reference.take(pair)?;
        }
        if let Some(fragment) = fragment {
            let (name, subdir) = fragment.split_once(':').unwrap_or((fragment, ""));
            reference.set_name(name)?;
            reference.set_subdir(subdir)?;
        }
        Ok(reference)
    }

    /// As it may be shown: without a password.
    pub(super) fn shown(&self) -> String {
        redacted(&self.remote)
    }

    /// A repository of this machine.
    pub(super) fn is_file(&self) -> bool {
        self.remote.starts_with("file://")
    }

    fn take(&mut self, pair: &str) -> Result<()> {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = String::from_utf8_lossy(&super::super::http::decoded(value)).into_owned();
        let yes = || match value.to_ascii_lowercase().as_str() {
            "" | "1" | "t" | "true" => Ok(true),
            "0" | "f" | "false" => Ok(false),
            _ => Err(Error::usage(format!("`{key}` of a git reference is true or false, not `{value}`"))),
        };
        match key {
            "ref" => self.set_name(&value),
            "branch" => self.set_name(&format!("refs/heads/{value}")),
            "tag" => self.set_name(&format!("refs/tags/{value}")),
            "subdir" => self.set_subdir(&value),
            "checksum" | "commit" => self.set_checksum(&value),
            "keep-git-dir" => {
                self.keep_git_dir = Some(yes()?);
                Ok(())
            }
            "submodules" => {
                self.submodules = yes()?;
                Ok(())
            }
            _ => Err(Error::usage(format!("unexpected query \"{key}\""))),
        }
    }

    fn set_name(&mut self, name: &str) -> Result<()> {
        if name.is_empty() {
            return Ok(());
        }
        if !is_name(name) {
            return Err(Error::usage(format!("`{name}` names no branch, tag or commit")));
        }
        if self.name.as_deref().is_some_and(|known| known != name) {
            return Err(Error::usage("a git reference with two names of a branch, tag or commit"));
        }
        self.name = Some(name.to_owned());
        Ok(())
    }

    fn set_subdir(&mut self, subdir: &str) -> Result<()> {
        let parts: Vec<&str> = subdir.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if parts.iter().any(|part| *part == ".." || part.eq_ignore_ascii_case(".git")) {
            let what = format!("`{subdir}` is no folder of a git repository");
            return Err(Error::usage(what).fix("name it from the root of the repository, without `..`"));
        }
        if parts.is_empty() {
            return Ok(());
        }
        let subdir = parts.join("/");
        if self.subdir.as_ref().is_some_and(|known| *known != subdir) {
            return Err(Error::usage("a git reference with two folders"));
        }
        self.subdir = Some(subdir);
        Ok(())
    }

    fn set_checksum(&mut self, checksum: &str) -> Result<()> {
        let hex = checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || !(7..=64).contains(&checksum.len()) {
            let what = format!("`{checksum}` is no checksum of a commit");
            return Err(Error::usage(what).fix("give 7 to 64 hexadecimal digits of its id"));
        }
        self.checksum = Some(checksum.to_ascii_lowercase());
        Ok(())
    }
}

/// Whether it is a name as git-check-ref-format(1) has them, or the id of a commit.
pub(super) fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.ends_with(".lock")
    };
    !name.starts_with('-')
        && name != "@"
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(NO_NAME)
        && !name.chars().any(char::is_control)
        && name.split('/').all(part)
}

fn is_remote(remote: &str) -> bool {
    match remote.split_once("://") {
        Some(("file", path)) => path.starts_with('/'),
        Some(("http" | "https" | "git" | "ssh", rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            is_host(host) && !authority.starts_with('-') && rest.len() > authority.len() + 1
        }
        Some(_) => false,
        None => is_scp(remote),
    }
}

/// `user@host:path`; ssh takes neither part as an option.
fn is_scp(remote: &str) -> bool {
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let parts = remote.split_once('@').and_then(|(user, rest)| Some((user, rest.split_once(':')?)));
    parts.is_some_and(|(user, (host, path))| {
        !user.is_empty()
            && word(user)
            && !user.starts_with('-')
            && is_host(host)
            && !path.is_empty()
            && !path.starts_with('-')
    })
}

/// A name or an address, with or without a port.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && !host.starts_with('-')
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Option<String>, Option<String>) {
        let Reference { remote, name, subdir, .. } = Reference::parse(text).unwrap();
        (remote, name, subdir)
    }

    #[test]
    fn references_are_read_in_every_form() {
        let own = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        for (text, remote, name, subdir) in [
            ("https://h/x.git", "https://h/x.git", "", ""),
            ("https://h/x.git#v1", "https://h/x.git", "v1", ""),
            ("https://h/x.git#v1:a/./b/", "https://h/x.git", "v1", "a/b"),
            ("https://h/x.git#:a", "https://h/x.git", "", "a"),
            ("git@h.io:o/x.git#main", "git@h.io:o/x.git", "main", ""),
            ("ssh://git@h:22/x", "ssh://git@h:22/x", "", ""),
            ("git://h/x", "git://h/x", "", ""),
            ("github.com/o/x#f/y:z", "https://github.com/o/x", "f/y", "z"),
            ("https://h/x.git?ref=a%2Fb&subdir=/c", "https://h/x.git", "a/b", "c"),
            ("https://h/x.git?branch=a", "https://h/x.git", "refs/heads/a", ""),
            ("https://h/x.git?tag=a", "https://h/x.git", "refs/tags/a", ""),
        ] {
            assert_eq!(parsed(text), (remote.to_owned(), own(name), own(subdir)), "{text}");
        }
        let more = Reference::parse("https://h/x?checksum=ABCDEF0&keep-git-dir=true&submodules=0").unwrap();
        assert_eq!(more.checksum.as_deref(), Some("abcdef0"));
        assert_eq!((more.keep_git_dir, more.submodules), (Some(true), false));
    }

    #[test]
    fn nothing_of_a_reference_becomes_an_option_or_leads_out() {
        for text in [
            "--upload-pack=x",
            "-x@h:y",
            "u@-oProxyCommand=x:y",
            "u@h:-x",
            "ssh://-oProxyCommand=x/y",
            "ssh://u@-oProxyCommand=x/y",
            "ext::sh -c x",
            "ext://x/y",
            "/tmp/x.bundle",
            "file://x",
            "https://h",
            "https:///x",
            "https://h/x#--upload-pack=x",
            "https://h/x?ref=-x",
            "https://h/x#a..b",
            "https://h/x#a b",
            "https://h/x#main:../../",
            "https://h/x#main:a/../../b",
            "https://h/x#main:.git",
            "https://h/x?subdir=%2e%2e",
            "https://h/x?foo=1",
            "https://h/x?ref=a&tag=b",
            "https://h/x?checksum=xyz",
            "https://h/x?checksum=ab",
            "https://h/x\n",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
