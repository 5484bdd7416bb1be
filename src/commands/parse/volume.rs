//! `-v [SOURCE:]TARGET[:MODES]`: docker's grammar for Linux.

use super::clean::clean;
use super::name::is_name;
use crate::engine::wish::MountWish;
use crate::error::{Error, Kind, Result};
use std::path::Path;

/// Where a volume is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What a source that begins with a dot is relative to.
    pub directory: &'a Path,
    /// Whether SELinux labels files here; where it does not, `z` and `Z` ask for nothing.
    pub selinux: bool,
}

/// Reads one `-v`.
pub fn volume(typed: &str, place: Place<'_>) -> Result<MountWish> {
    let fields: Vec<&str> = typed.split(':').collect();
    let (source, path, modes) = match fields[..] {
        [""] => return Err(Error::usage("invalid empty volume spec")),
        [path] if !path.contains('\0') => return Ok(MountWish::Anonymous { target: target(typed, path)? }),
        [source, path] if Modes::read(path, place).is_err() => (source, path, ""),
        [source, path, modes] => (source, path, modes),
        _ => return Err(invalid(typed)),
    };
    if source.is_empty() || typed.contains('\0') {
        return Err(invalid(typed));
    }
    let modes = Modes::read(modes, place)?;
    let target = target(typed, path)?;
    let relative = source.starts_with('.');
    if relative || source.starts_with('/') {
        if modes.no_copy {
            return Err(Error::usage("invalid mode: nocopy").because("nothing is copied into a bind mount"));
        }
        let source = if relative { below(place.directory, source)? } else { source.to_owned() };
        let source = clean(&source).ok_or_else(|| invalid(typed))?;
        return Ok(MountWish::Bind { source, target, read_only: modes.read_only, recursive: true });
    }
    let name = volume_name(source)?;
    Ok(MountWish::Volume { name, target, read_only: modes.read_only, copy: !modes.no_copy })
}

fn invalid(typed: &str) -> Error {
    Error::usage(format!("invalid volume specification: '{typed}'"))
        .fix("-v /host/path:/container/path:ro, or -v name:/container/path")
}

fn target(typed: &str, path: &str) -> Result<String> {
    let cleaned = clean(path)
        .ok_or_else(|| Error::usage(format!("invalid mount path: '{path}' mount path must be absolute")))?;
    if cleaned == "/" {
        return Err(invalid(typed).because("invalid specification: destination can't be '/'"));
    }
    Ok(cleaned)
}

fn below(directory: &Path, source: &str) -> Result<String> {
    match directory.to_str() {
        Some(directory) => Ok(format!("{directory}/{source}")),
        None => Err(Error::usage(format!("invalid volume specification: '{source}'"))
            .because("the current directory's name is not UTF-8")
            .fix("use an absolute path")),
    }
}

fn volume_name(name: &str) -> Result<String> {
    if name.len() < 2 {
        return Err(Error::usage(format!("create {name}: volume name is too short"))
            .because("names should be at least two alphanumeric characters"));
    }
    if !is_name(name) {
        return Err(Error::usage(format!(
            "create {name}: {name:?} includes invalid characters for a local volume name, only \
             \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
        )));
    }
    Ok(name.to_owned())
}

/// The words after the second colon.
#[derive(Default)]
struct Modes {
    read_only: bool,
    no_copy: bool,
}

impl Modes {
    /// Reads `ro,nocopy`; each kind of word may come once.
    fn read(typed: &str, place: Place<'_>) -> Result<Self> {
        let invalid = || Error::usage(format!("invalid mode: {typed}"));
        let later = |word: &str, why: &str| {
            Err(Error::new(Kind::Unsupported, format!("the volume mode `{word}` is not supported yet"))
                .because(why))
        };
        let mut modes = Self::default();
        let mut seen = Vec::new();
        for word in typed.split(',').filter(|_| !typed.is_empty()) {
            let kind = match word {
                "ro" | "rw" => "writing",
                "z" | "Z" if place.selinux => {
                    return later(word, "files are not relabelled for SELinux");
                }
                "z" | "Z" => "label",
                "nocopy" => "copy",
                // Words for a shared folder of a virtual machine; on Linux they never meant anything.
                "consistent" | "cached" | "delegated" => "consistency",
                "rprivate" => "propagation",
                "private" | "shared" | "rshared" | "slave" | "rslave" => {
                    return later(word, "mounts do not propagate between host and container");
                }
                _ => return Err(invalid()),
            };
            if seen.contains(&kind) {
                return Err(invalid());
            }
            seen.push(kind);
            modes.read_only |= word == "ro";
            modes.no_copy |= word == "nocopy";
        }
        Ok(modes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Result<MountWish, String> {
        let place = Place { directory: Path::new("/home/me"), selinux: false };
        volume(typed, place).map_err(|error| error.to_string())
    }

    fn bind(source: &str, target: &str, read_only: bool) -> MountWish {
        MountWish::Bind { source: source.to_owned(), target: target.to_owned(), read_only, recursive: true }
    }

    fn named(name: &str, target: &str, read_only: bool, copy: bool) -> MountWish {
        MountWish::Volume { name: name.to_owned(), target: target.to_owned(), read_only, copy }
    }

    #[test]
    fn the_three_kinds_of_volume_are_told_apart_by_their_source() {
        for (typed, wish) in [
            ("/data", MountWish::Anonymous { target: "/data".to_owned() }),
            ("/a:/b", bind("/a", "/b", false)),
            ("/a:/b:ro", bind("/a", "/b", true)),
            ("/a/../c/:/b/./d/", bind("/c", "/b/d", false)),
            (".:/b", bind("/home/me", "/b", false)),
            ("./x:/b:rw", bind("/home/me/x", "/b", false)),
            ("../x:/b", bind("/home/x", "/b", false)),
            ("/a:/b:z", bind("/a", "/b", false)),
            ("/a:/b:ro,cached", bind("/a", "/b", true)),
            ("data:/b", named("data", "/b", false, true)),
            ("data:/b:nocopy,ro", named("data", "/b", true, false)),
        ] {
            assert_eq!(read(typed), Ok(wish), "{typed:?}");
        }
    }

    #[test]
    fn wrong_volumes_are_told_in_dockers_words() {
        for (typed, words) in [
            ("", "invalid empty volume spec"),
            ("a:b:c:d", "invalid volume specification: 'a:b:c:d'"),
            (":/b", "invalid volume specification: ':/b'"),
            ("/foo:rw", "invalid volume specification: '/foo:rw'"),
            ("x:", "invalid volume specification: 'x:'"),
            ("/a:/b:zz", "invalid mode: zz"),
            ("/a:/b:ro,rw", "invalid mode: ro,rw"),
            ("/a:/b:nocopy", "invalid mode: nocopy: nothing is copied into a bind mount"),
            ("/a:b", "invalid mount path: 'b' mount path must be absolute"),
            ("rel", "invalid mount path: 'rel' mount path must be absolute"),
            ("/a:/", "invalid volume specification: '/a:/': invalid specification: destination can't be '/'"),
            (
                "x:/b",
                "create x: volume name is too short: names should be at least two alphanumeric characters",
            ),
        ] {
            assert_eq!(read(typed).unwrap_err(), words, "{typed:?}");
        }
        assert!(read("~/x:/b").unwrap_err().contains("use absolute path"));
        assert!(read("/a\0:/b").is_err() && read("/a\0").is_err());
        assert!(read("/a:/b:rshared").unwrap_err().contains("not supported yet"));
    }

    #[test]
    fn a_label_is_refused_only_where_labels_exist() {
        let place = Place { directory: Path::new("/"), selinux: true };
        assert!(volume("/a:/b:Z", place).is_err());
    }
}
